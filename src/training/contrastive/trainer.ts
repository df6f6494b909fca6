/** @file Contrastive training: the loop over steps, its team of shares, evaluation, checkpoints, and the encoder that comes of it. */

import { join } from 'node:path';
import { Random } from '../../random.js';
import { joinProvenance, type Provenance } from '../corpus/index.js';
import { type Batch, Batches } from './batches.js';
import { type ContrastiveConfig, type ContrastiveFile, sizeAt } from './config.js';
import { Evaluator, type RetrievalAccuracy, type RetrievalExample } from './evaluate.js';
import { openRun } from './open.js';
import { type Pass, Passes } from './passes.js';
import { encoderWriter, heldOutPairs } from './result.js';
import { learningRate } from './schedule.js';
import { Mixture } from './sources.js';
import { openTeam } from './team.js';
import { towersOf } from './towers.js';

/** What the loop tells while it runs. */
export type ContrastiveEvent =
	| {
			readonly kind: 'start';
			readonly config: ContrastiveConfig;
			/** Numbers that are trained. */
			readonly parameters: number;
			/** Texts of the held-out pairs. */
			readonly heldOut: readonly string[];
			/** What the model learns from. */
			readonly provenance: Provenance;
	  }
	| {
			readonly kind: 'step';
			readonly step: number;
			readonly steps: number;
			readonly loss: number;
			/** Share of pictures that find their text in the batch. */
			readonly recall: number;
			/** The same after the attack, in adversarial training. */
			readonly attackedRecall?: number;
			readonly learningRate: number;
			readonly logitScale: number;
			/** Side of the pictures. */
			readonly size: number;
			/** Distinct pairs a second, without the time for evaluations. */
			readonly imagesPerSecond: number;
			readonly etaSeconds: number;
	  }
	| ({ readonly kind: 'evaluation'; readonly step: number } & RetrievalAccuracy)
	| {
			readonly kind: 'examples';
			readonly step: number;
			readonly examples: readonly RetrievalExample[];
			/** What the examples' indices mean: [size, size, 3] bytes. */
			readonly pictures: readonly Uint8Array[];
			readonly size: number;
	  }
	| { readonly kind: 'encoder'; readonly step: number; readonly path: string }
	| { readonly kind: 'checkpoint'; readonly step: number; readonly path: string }
	| { readonly kind: 'warning'; readonly message: string };

/** Where a run reads and writes, and how it is watched and stopped. */
export interface ContrastiveOptions {
	/** Folder of the run: config.json, tokenizer.json, checkpoint.safetensors and encoder/. */
	readonly out: string;
	readonly resume?: boolean;
	/** Threads of this process: false computes all shares in turn here (tests, single core). */
	readonly threads?: boolean;
	/** Awaited: the run goes on when it is done. */
	readonly onEvent?: (event: ContrastiveEvent) => void | Promise<void>;
	/** Ends the run after the current step; checkpoint and encoder are written. */
	readonly signal?: AbortSignal;
}

/** Train; resolves to the folder of the encoder when the steps are done or the signal fires. */
export async function trainContrastive(file: ContrastiveFile, options: ContrastiveOptions): Promise<string> {
	const { out, resume = false, signal } = options;
	const tell = async (event: ContrastiveEvent) => options.onEvent?.(event);
	// Told between steps: whoever finds something wrong does not wait for an answer.
	const warnings: string[] = [];
	const onWarning = (message: string) => void warnings.push(message);
	const run = await openRun(file, { out, resume, onWarning });
	const { config, setup, state, sources } = run;
	const { batch, chunk, steps, adversarial } = config;
	const { size } = towersOf(setup.model);
	const mixture = new Mixture(sources, new Random(config.seed).split('mixture'));
	let step = 0;
	let { provenance } = run;
	if (resume) {
		const progress = state.load(out);
		step = progress.step;
		provenance = joinProvenance(progress.provenance, provenance);
		await mixture.seek(progress.positions);
	}
	const heldOut = await heldOutPairs(run);
	const texts = heldOut.map((p) => p.text);
	await tell({ kind: 'start', config, parameters: state.vector.length, heldOut: texts, provenance });
	const path = join(out, 'encoder');
	const writeEncoder = await encoderWriter({ ...run, provenance }, path);
	const evaluator = await Evaluator.create(setup.model, state.weights, run.tokenizer, config.engine);
	const team = await openTeam(run, options.threads ?? true);
	const { shares } = team;
	const passes = await Passes.create(team, state);
	const batches = new Batches(mixture, shares, {
		...config,
		concepts: run.concepts.length,
		sideAt: (s) => sizeAt(config, size, s),
		onWarning,
	});
	const firstStep = step;
	let seconds = 0;
	let next: Promise<Batch> | undefined;
	try {
		next = step < steps ? batches.make(step) : undefined;
		while (next && !signal?.aborted) {
			const began = performance.now();
			const rate = learningRate({ ...config, peak: config.learningRate }, step, steps);
			const { first, last } = await runStep(await next, rate);
			step++;
			seconds += (performance.now() - began) / 1000;
			for (const message of warnings.splice(0)) await tell({ kind: 'warning', message });
			await tell({
				kind: 'step',
				step,
				steps,
				...first,
				...(adversarial && { attackedRecall: last.recall }),
				learningRate: rate,
				logitScale: Math.exp(state.weights.get('logit_scale')!.data[0]!),
				size: sizeAt(config, size, step - 1),
				imagesPerSecond: ((step - firstStep) * batch) / seconds,
				etaSeconds: ((steps - step) * seconds) / (step - firstStep),
			});
			// Asked twice: the signal may fire during the evaluation.
			const isLast = () => !next || signal?.aborted === true;
			if (isLast() || step % config.evaluation.every === 0) await evaluate();
			if (isLast() || step % config.checkpointEvery === 0) {
				// Where the next batch begins, which may have been drawn already.
				const positions = next ? (await next).positions : mixture.positions();
				await tell({ kind: 'checkpoint', step, path: state.save(out, { step, positions, provenance }) });
			}
		}
	} finally {
		await next?.catch(() => {});
		for (const open of [...shares, ...sources, passes, evaluator]) await open.close();
	}
	return path;

	/** All passes and updates of a step; the next batch is made while the last update is under way. */
	async function runStep(held: Batch, rate: number) {
		const update = ({ gradient, statistics }: Pass) => state.update(gradient, rate, statistics, batch / chunk);
		const scores = ({ loss, recall }: Pass) => ({ loss, recall });
		let first: ReturnType<typeof scores> | undefined;
		if (adversarial) {
			const { eps, ramp, free } = adversarial;
			const largest = eps[0] + (eps[1] - eps[0]) * Math.min(1, step / steps / ramp);
			await Promise.all(shares.map((s) => s.start({ step, largest })));
			for (let k = 0; k < adversarial.steps; k++) {
				const pass = await passes.run(held, { weights: free, images: true });
				first ??= scores(pass);
				if (free) update(pass);
				// Several steps overshoot together, so that they can go round corners (Madry et al. 2018).
				await Promise.all(shares.map((s) => s.ascend(adversarial.steps === 1 ? 1 : 2.5 / adversarial.steps)));
			}
		}
		const pass = await passes.run(held, { weights: true, images: false });
		next = step + 1 < steps && !signal?.aborted ? batches.make(step + 1) : undefined;
		// Its failure is met where it is awaited.
		next?.catch(() => {});
		update(pass);
		return { first: first ?? scores(pass), last: scores(pass) };
	}

	async function evaluate(): Promise<void> {
		const weights = state.best;
		if (heldOut.length > 0) {
			const { accuracy, examples } = await evaluator.retrieve(weights, heldOut, config.report.examples);
			await tell({ kind: 'evaluation', step, ...accuracy });
			if (examples.length > 0)
				await tell({ kind: 'examples', step, examples, pictures: heldOut.map((p) => p.picture), size });
		}
		await writeEncoder(step, weights, evaluator);
		await tell({ kind: 'encoder', step, path });
	}
}
