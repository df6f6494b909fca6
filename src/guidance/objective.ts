/**
 * @file The objective that a drawing climbs, over the embeddings v of its views:
 *   sum_p w_p [ a mean_v cos(v, p) + c / s mean_v ln softmax_p(s cos(v, p), s cos(v, bank)) ]
 * The first term is CLIPDraw's (Frans et al. 2021). The second tells the prompt apart from other captions, at the
 * encoder's own logit scale s; a prompt of negative weight has only the first.
 * A prompt with a stop t has min(cos, t) in place of cos, max(cos, t) where its weight is negative: a view that has got there
 * pulls no more. Its second term then is 0, the most it can be. (pixray clamps each cutout's loss in the same way.)
 * The weights are inputs of the compiled program, so that what counts may change from step to step at no cost.
 */

import type { DualEncoder } from '../encoders/encoder.js';
import type { Engine, Executable, Outputs } from '../engines/index.js';
import {
	add,
	constant,
	gradients,
	greater,
	input,
	logSoftmax,
	matmul,
	maximum,
	mean,
	minimum,
	mul,
	reshape,
	slice,
	sum,
	type Tensor,
} from '../tensor/index.js';
import type { Moment } from './readings.js';

/** One embedding to approach (weight > 0) or to avoid (< 0). */
export interface Target {
	readonly embedding: Float32Array;
	readonly weight: number;
	/** Cosine at which a view stops pulling. */
	readonly stop?: number;
	/** Embeddings of captions that this one must be told apart from; only for positive weights. */
	readonly rivals?: readonly Float32Array[];
	/** Targets of one prompt, of which one counts at a time, share a number; without one a target is a prompt of its own. */
	readonly prompt?: number;
	/** When it counts; always, if absent. */
	readonly counts?: (moment: Moment) => boolean;
}

/** Weights of the two terms. */
export interface ObjectiveOptions {
	readonly cosine: number;
	readonly contrast: number;
}

/** The objective for one batch of views. */
export interface ObjectiveValue {
	/** The objective; larger is better. */
	readonly value: number;
	/** Mean cosine with each prompt over the views, in [-1, 1]; 0 for a prompt that says nothing at the moment. */
	readonly scores: Float32Array;
}

/** The same, and which way it grows. */
export interface ObjectiveResult extends ObjectiveValue {
	/** d value / d views, [n, size, size, 3]. */
	readonly gradient: Float32Array;
}

/** The compiled objective. */
export interface Objective {
	/** @param moment decides between the alternatives of scheduled prompts; default: the beginning */
	evaluate(views: Float32Array, moment?: Moment): Promise<ObjectiveResult>;
	/** The same value and scores at half the work: by a program without gradients, compiled when it is first asked for. */
	judge(views: Float32Array, moment?: Moment): Promise<ObjectiveValue>;
	dispose(): Promise<void>;
}

const beginning: Moment = { step: 0, steps: 1 };

/** Compile the objective for a number of views. */
export async function compileObjective(
	encoder: Pick<DualEncoder, 'imageSize' | 'width' | 'logitScale' | 'imageGraph'>,
	engine: Engine,
	targets: readonly Target[],
	viewCount: number,
	options: ObjectiveOptions,
	threads?: number,
): Promise<Objective> {
	const images = input('views', [viewCount, encoder.imageSize, encoder.imageSize, 3]);
	const embeddings = encoder.imageGraph(images);
	const width = encoder.width;
	const rows = (list: readonly Float32Array[]) => {
		const data = new Float32Array(list.length * width);
		for (const [i, e] of list.entries()) data.set(e, i * width);
		return constant(data, [list.length, width]);
	};
	const cosines = matmul(embeddings, rows(targets.map((t) => t.embedding)), false, true);
	const scores = mean(cosines, [0]);
	const pulls = targets.some((t) => t.stop !== undefined) ? mean(stopped(cosines, targets), [0]) : scores;
	let value: Tensor = sum(mul(pulls, input('weights', [targets.length])));
	const contrasted = [...targets.entries()].filter(
		([, t]) => t.weight > 0 && t.rivals?.length && options.contrast !== 0,
	);
	const contrastWeights = input('contrastWeights', [contrasted.length]);
	for (const [k, [i, target]] of contrasted.entries()) {
		const candidates = rows([target.embedding, ...target.rivals!]);
		const logits = mul(matmul(embeddings, candidates, false, true), encoder.logitScale);
		const own = slice(logSoftmax(logits), 1, 0, 1);
		const pulling = target.stop === undefined ? own : mul(own, greater(target.stop, slice(cosines, 1, i, i + 1)));
		value = add(value, mul(mean(pulling), slice(contrastWeights, 0, k, k + 1)));
	}
	const [gradient] = gradients(reshape(value, []), [images]);
	const compile = (outputs: Outputs) => engine.compile(outputs, threads ? { threads } : {});
	const climbing = await compile({ value, scores, gradient: gradient! });
	let judging: Promise<Executable> | undefined;

	const names = targets.map((t, i) => t.prompt ?? `target ${i}`);
	const prompts = [...new Set(names)];
	const run = async (program: Executable, views: Float32Array, moment: Moment) => {
		const weights = targets.map((t) => (t.counts?.(moment) === false ? 0 : t.weight));
		const out = await program.run({
			views,
			weights: Float32Array.from(weights, (w) => w * options.cosine),
			contrastWeights: Float32Array.from(contrasted, ([i]) => (weights[i]! * options.contrast) / encoder.logitScale),
		});
		const seen = new Float32Array(prompts.length);
		for (const [i, t] of targets.entries())
			if (t.counts?.(moment) !== false) seen[prompts.indexOf(names[i]!)] = out.scores![i]!;
		return { value: out.value![0]!, scores: seen, out };
	};
	return {
		async evaluate(views, moment = beginning) {
			const { out, ...seen } = await run(climbing, views, moment);
			return { ...seen, gradient: out.gradient! };
		},
		async judge(views, moment = beginning) {
			judging ??= compile({ value, scores });
			const { out: _, ...seen } = await run(await judging, views, moment);
			return seen;
		},
		async dispose() {
			await climbing.dispose();
			await (await judging?.catch(() => undefined))?.dispose();
		},
	};
}

/** Cosines [views, targets], none beyond its target's stop. */
function stopped(cosines: Tensor, targets: readonly Target[]): Tensor {
	const limits = (applies: (t: Target) => boolean, none: number) =>
		constant(Float32Array.from(targets, (t) => (t.stop !== undefined && applies(t) ? t.stop : none)));
	// Cosines lie in [-1, 1]: 2 is no limit.
	const below = minimum(
		cosines,
		limits((t) => t.weight > 0, 2),
	);
	return maximum(
		below,
		limits((t) => t.weight <= 0, -2),
	);
}
