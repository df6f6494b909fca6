/**
 * @file Stage 2 of training the built-in encoder: the text tower is fitted to the finished image tower ("locked image").
 * A caption's target joins the prototype of its concept with that of its colour, or with the mean colour of the concept's
 * own pictures. loss = 4 (1 - cos(text, target)) + CE(t cos(shape part of text, concept prototypes)).
 */

import { ParameterStore, type Weights } from '../encoders/parameters.js';
import { pooledPositions, type TextConfig, textTransformer } from '../encoders/text.js';
import type { TextTokenizer } from '../encoders/tokenizers/tokenizer.js';
import { type EmbeddingTower, embeddingParts, embeddingWidth } from '../encoders/tower-parts.js';
import { normaliseText } from '../encoders/words.js';
import { engineByName } from '../engines/index.js';
import { AtelierError } from '../errors.js';
import { colorNames } from '../guidance/color-words.js';
import { Random } from '../random.js';
import {
	add,
	constant,
	gradients,
	input,
	l2Normalise,
	logSoftmax,
	matmul,
	mean,
	mul,
	neg,
	oneHot,
	sub,
	sum,
} from '../tensor/index.js';
import { AdamW, warmupCosine } from './adamw.js';
import type { CaptionTargets } from './caption-targets.js';
import type { Caption, CaptionSource } from './captions.js';
import { decayMask, gatherInto, layoutOf, layoutSize, windows } from './shared-parameters.js';
import type { TaughtWord } from './vocabulary.js';

export { CaptionTargets, joinParts, naturalColors, unitRows } from './caption-targets.js';

/** Everything that determines a stage-2 run. */
export interface TextTrainingConfig {
	readonly text: TextConfig;
	readonly steps: number;
	readonly batch: number;
	readonly learningRate: number;
	readonly seed: number;
	readonly engine: string;
	readonly threads: number;
	/** Share of (concept, colour) pairs that are never trained on, to test composition. */
	readonly heldOutPairs: number;
}

/** Accuracy of the text tower against the prototypes. */
export interface TextAccuracy {
	/** Words whose nearest concept prototype is their own. */
	readonly words: number;
	/** Everyday words whose nearest prototype is that of the concept that is drawn for them. */
	readonly relatives: number;
	/** Held-out '<colour> <concept>' captions with the right concept and the right colour. */
	readonly pairs: number;
}

/** Whether a pair is kept from training; a hash, so that it does not depend on the order of anything. */
export const isHeldOutPair = (share: number) => (concept: number, color: number) =>
	new Random(concept * 31 + color).split('pair').uniform() < share;

/** Train the text tower; resolves to its weights and accuracy. */
export async function trainText(
	config: TextTrainingConfig,
	tower: EmbeddingTower,
	targets: CaptionTargets,
	captions: CaptionSource,
	tokenizer: TextTokenizer,
	onStep?: (event: {
		step: number;
		steps: number;
		loss: number;
		captionsPerSecond: number;
		etaSeconds: number;
	}) => void,
): Promise<{ weights: Weights; accuracy: TextAccuracy }> {
	const { batch, text } = config;
	const width = embeddingWidth(tower);
	const conceptCount = targets.concepts.length;
	const prototypes = new Float32Array(conceptCount * tower.embedding.shape);
	for (const [i, p] of targets.concepts.entries()) prototypes.set(p, i * p.length);

	const fresh = new ParameterStore(new Map(), new Random(config.seed).split('text weights'));
	const ids = input('ids', [batch, text.context], 'int32');
	const positions = input('positions', [batch], 'int32');
	textTransformer(text, width, fresh, ids, positions);
	const layout = layoutOf(fresh.all());
	const vector = new Float32Array(layoutSize(layout));
	gatherInto(layout, vector, (name) => fresh.weights.get(name)!.data);
	const weights = windows(layout, vector);
	const store = new ParameterStore(weights);
	const embedding = l2Normalise(textTransformer(text, width, store, ids, positions));
	const target = input('target', [batch, width]);
	const labels = input('labels', [batch], 'int32');
	const single = input('single', [batch]);
	const [shape] = embeddingParts(tower, embedding);
	const logits = mul(
		matmul(l2Normalise(shape), constant(prototypes, [conceptCount, tower.embedding.shape]), false, true),
		20,
	);
	const cross = neg(sum(mul(oneHot(labels, conceptCount), logSoftmax(logits)), [-1]));
	const loss = add(mul(sub(1, mean(sum(mul(embedding, target), [-1]))), 4), mean(mul(cross, single)));
	const parameters = store.all();
	const grads = gradients(loss, parameters);
	const engine = await engineByName(config.engine, { threads: config.threads });
	const executable = await engine.compile(
		{ loss, ...Object.fromEntries(parameters.map((p, i) => [`grad:${p.name}`, grads[i]!])) },
		{ parameters: 'input', threads: config.threads },
	);
	const adam = new AdamW(
		{ beta1: 0.9, beta2: 0.98, eps: 1e-6, weightDecay: 0.05 },
		decayMask(layout, (n) => n.includes('embedding')),
	);
	const gradient = new Float32Array(vector.length);
	const heldOut = isHeldOutPair(config.heldOutPairs);
	const started = performance.now();
	let smooth = Number.NaN;
	try {
		for (let step = 0; step < config.steps; step++) {
			const random = new Random(config.seed).split(`captions ${step}`);
			const drawn = Array.from({ length: batch }, () =>
				captions.draw(random, (concept, color) => !heldOut(concept, color)),
			);
			const feed = encodeRows(drawn.map((c) => c.text));
			const wanted = new Float32Array(batch * width);
			for (const [i, c] of drawn.entries()) wanted.set(targets.embedding(c), i * width);
			const out = await executable.run({
				...feed,
				target: wanted,
				labels: Int32Array.from(drawn, (c) => c.concepts[0]!),
				single: Float32Array.from(drawn, (c) => (c.concepts.length === 1 ? 1 : 0)),
			});
			let square = 0;
			gatherInto(layout, gradient, (name) => out[`grad:${name}`]!);
			for (let i = 0; i < gradient.length; i++) square += gradient[i]! * gradient[i]!;
			if (!Number.isFinite(square))
				throw new AtelierError(
					'E_ENGINE',
					`expected a finite gradient at step ${step}, got ${square}; lower the learning rate`,
				);
			adam.update(
				vector,
				gradient,
				warmupCosine(step / config.steps, config.learningRate, 0.05, 0.02),
				Math.min(1, 1 / Math.sqrt(square)),
			);
			smooth = Number.isNaN(smooth) ? out.loss![0]! : smooth * 0.95 + out.loss![0]! * 0.05;
			const seconds = (performance.now() - started) / 1000;
			onStep?.({
				step: step + 1,
				steps: config.steps,
				loss: smooth,
				captionsPerSecond: ((step + 1) * batch) / seconds,
				etaSeconds: ((config.steps - step - 1) * seconds) / (step + 1),
			});
		}
	} finally {
		await executable.dispose();
	}
	return { weights, accuracy: await evaluate() };

	function encodeRows(texts: readonly string[]) {
		const rows = tokenizer.rows(texts.map(normaliseText), text.context);
		return { ids: rows.ids, positions: pooledPositions(rows.ids, text.context, { id: tokenizer.eos }) };
	}

	async function evaluate(): Promise<TextAccuracy> {
		const run = await engine.compile({ embedding }, { threads: config.threads });
		const rate = async (list: readonly Caption[]) => {
			let right = 0;
			for (let at = 0; at < list.length; at += batch) {
				const part = list.slice(at, at + batch);
				const out = (
					await run.run(encodeRows([...part.map((c) => c.text), ...new Array<string>(batch - part.length).fill('')]))
				).embedding!;
				part.forEach((caption, i) => {
					const row = out.subarray(i * width, (i + 1) * width);
					const concept = nearest(row.subarray(0, tower.embedding.shape), targets.concepts);
					const color = nearest(row.subarray(tower.embedding.shape), targets.colors);
					if (concept === caption.concepts[0] && (caption.color < 0 || color === caption.color)) right++;
				});
			}
			return right / Math.max(1, list.length);
		};
		const taught = ({ text, color }: TaughtWord, concept: number): Caption[] =>
			color >= 0 && heldOut(concept, color) ? [] : [{ text, concepts: [concept], color }];
		const bare = captions.vocabulary.flatMap((list, k) => list.flatMap((word) => taught(word, k)));
		const relatives = captions.relatives.flatMap((word) => taught(word, word.concept));
		const pairs = captions.vocabulary.flatMap((list, k) =>
			colorNames.flatMap((c, color) =>
				heldOut(k, color) ? [{ text: `a ${c} ${list[0]!.text}`, concepts: [k], color }] : [],
			),
		);
		try {
			return { words: await rate(bare), relatives: await rate(relatives), pairs: await rate(pairs) };
		} finally {
			await run.dispose();
		}
	}
}

function nearest(v: Float32Array, rows: readonly Float32Array[]): number {
	let best = -1;
	let bestDot = Number.NEGATIVE_INFINITY;
	rows.forEach((row, k) => {
		let dot = 0;
		for (let i = 0; i < row.length; i++) dot += row[i]! * v[i]!;
		if (dot > bestDot) {
			bestDot = dot;
			best = k;
		}
	});
	return best;
}
