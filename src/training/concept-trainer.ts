/** @file Stage 1 of training: the loop over steps, its data-parallel shares, the optimiser, running statistics, checkpoints. */

import { Worker } from 'node:worker_threads';
import { ParameterStore, type Weights } from '../encoders/parameters.js';
import { AtelierError } from '../errors.js';
import { makeFolder } from '../folders.js';
import { Random } from '../random.js';
import { endThread } from '../threads.js';
import { AdamW, warmupCosine } from './adamw.js';
import { type ConceptCheckpoint, loadConceptCheckpoint, saveConceptCheckpoint } from './checkpoint.js';
import { type ConceptObjectiveConfig, conceptEvaluation, conceptProgram } from './concept-objective.js';
import { ConceptShard, type PassResult } from './concept-shard.js';
import type { PassRequest, ShardRequest } from './concept-worker.js';
import { type Corpus, joinProvenance, loadCorpus, provenanceOf } from './corpus/index.js';
import { type ConceptAccuracy, evaluateConcepts } from './evaluation/concept-accuracy.js';
import { decayMask, gatherInto, layoutOf, layoutSize, type Slot, windows } from './shared-parameters.js';
import { type WarmStart, warmStart } from './warm-start.js';

/** Everything that determines a stage-1 run. */
export interface ConceptTrainingConfig {
	readonly objective: ConceptObjectiveConfig;
	readonly steps: number;
	/** Pictures a share; the whole batch is shares x batch. */
	readonly batch: number;
	readonly shares: number;
	readonly seed: number;
	readonly learningRate: number;
	readonly warmup: number;
	readonly floor: number;
	readonly weightDecay: number;
	readonly gradientClip: number;
	/**
	 * Largest L2 move of a picture in [0, 1] pixels, twice that for what shows nothing: from the first to the second value over the first `epsRamp` of training.
	 * [0, 0] trains on the pictures as they are, in one pass instead of two.
	 */
	readonly eps: readonly [number, number];
	readonly epsRamp: number;
	/** Share of the pictures that show nothing: scribbles, and drawings taken apart. They aim at all concepts alike, at a loss of at least ln(concepts). */
	readonly nonsense: number;
	readonly engine: string;
}

/** What the loop tells while it runs. */
export type TrainingEvent =
	| {
			readonly kind: 'step';
			readonly step: number;
			readonly steps: number;
			readonly loss: number;
			readonly correct: number;
			/** Absent where pictures are not attacked. */
			readonly attackedCorrect?: number;
			readonly learningRate: number;
			/** Distinct pictures a second; each is seen in two passes where pictures are attacked. */
			readonly imagesPerSecond: number;
			readonly etaSeconds: number;
	  }
	| ({ readonly kind: 'evaluation'; readonly step: number } & ConceptAccuracy)
	| { readonly kind: 'checkpoint'; readonly step: number; readonly path: string }
	/** `changed`: see loadConceptCheckpoint. */
	| { readonly kind: 'resumed'; readonly from: number; readonly changed: readonly string[] }
	| ({ readonly kind: 'warm start' } & Omit<WarmStart, 'provenance'>);

/** Where a run reads and writes, and how it is watched and stopped. */
export interface ConceptTrainingOptions {
	readonly corpus: string;
	/** Folder of the checkpoint. */
	readonly out: string;
	readonly resume?: boolean;
	/** Folder of a finished encoder to start from instead of random weights; not with `resume`. */
	readonly init?: string;
	/** Threads of this process: false computes all shares in turn here (tests, single core). */
	readonly threads?: boolean;
	readonly evaluateEvery?: number;
	readonly checkpointEvery?: number;
	readonly onEvent?: (event: TrainingEvent) => void;
	/** Ends the run after the current step; the checkpoint is written. */
	readonly signal?: AbortSignal;
}

const momentum = 0.02; // of the running batch-norm statistics

/** Train; resolves to the weights (trained and running statistics) when the steps are done or the signal fires. */
export async function trainConcepts(config: ConceptTrainingConfig, options: ConceptTrainingOptions): Promise<Weights> {
	// Found out before anything is loaded.
	makeFolder(options.out);
	const corpus = await loadCorpus(options.corpus);
	if (corpus.concepts.length !== config.objective.concepts)
		throw new AtelierError(
			'E_CORPUS',
			`expected a corpus of ${config.objective.concepts} concepts, got ${corpus.concepts.length}`,
		);

	const fresh = new ParameterStore(new Map(), new Random(config.seed).split('weights'));
	const layout = layoutOf(conceptProgram(config.objective, fresh, 1).parameters);
	const shared = new SharedArrayBuffer(layoutSize(layout) * 4);
	const vector = new Float32Array(shared);
	const adam = new AdamW(
		{ beta1: 0.9, beta2: 0.98, eps: 1e-6, weightDecay: config.weightDecay },
		decayMask(layout, (name) => name.startsWith('prototypes.')),
	);
	// Building the evaluation graph creates the running statistics.
	conceptEvaluation(config.objective, fresh, 1);
	const trained = windows(layout, vector);
	gatherInto(layout, vector, (name) => fresh.weights.get(name)!.data);
	const weights: Weights = new Map([...fresh.weights].map(([name, array]) => [name, trained.get(name) ?? array]));

	let step = 0;
	const checkpoint: ConceptCheckpoint = { weights, vector, adam, provenance: provenanceOf(corpus) };
	if (options.resume) {
		const resumed = loadConceptCheckpoint(options.out, checkpoint, config);
		step = resumed.step;
		options.onEvent?.({ kind: 'resumed', from: step, changed: resumed.changed });
	} else if (options.init !== undefined) {
		const { provenance, ...started } = warmStart(
			weights,
			options.init,
			corpus.concepts.map((c) => c.name),
		);
		checkpoint.provenance = joinProvenance(provenance, checkpoint.provenance);
		options.onEvent?.({ kind: 'warm start', ...started });
	}

	const gradients = Array.from({ length: config.shares }, () => new SharedArrayBuffer(shared.byteLength));
	const shares = await openShares(config, options, corpus, layout, shared, gradients);
	const robust = Math.max(...config.eps) > 0;
	// Of steps alone, without what is done between them.
	let training = 0;
	const firstStep = step;
	try {
		while (step < config.steps && !options.signal?.aborted) {
			const began = performance.now();
			const progress = step / config.steps;
			const learningRate = warmupCosine(progress, config.learningRate, config.warmup, config.floor);
			const epsMax = config.eps[0] + (config.eps[1] - config.eps[0]) * Math.min(1, progress / config.epsRamp);
			const next = step + 1;
			const clean = await Promise.all(
				shares.map((s) => s.pass({ pass: 'clean', step, epsMax, ...(!robust && { next }) })),
			);
			update(clean, learningRate);
			const attacked = robust && (await Promise.all(shares.map((s) => s.pass({ pass: 'attack', next }))));
			if (attacked) update(attacked, learningRate);
			step++;
			training += performance.now() - began;
			const seconds = training / 1000;
			options.onEvent?.({
				kind: 'step',
				step,
				steps: config.steps,
				loss: average(clean, (r) => r.loss),
				correct: average(clean, (r) => r.correct),
				...(attacked && { attackedCorrect: average(attacked, (r) => r.correct) }),
				learningRate,
				imagesPerSecond: ((step - firstStep) * config.batch * config.shares) / seconds,
				etaSeconds: ((config.steps - step) * seconds) / (step - firstStep),
			});
			// Asked twice: the signal may fire during the evaluation.
			const last = () => step === config.steps || options.signal?.aborted;
			if (last() || step % (options.evaluateEvery ?? 500) === 0)
				options.onEvent?.({ kind: 'evaluation', step, ...(await evaluateConcepts(config, weights, corpus)) });
			if (last() || step % (options.checkpointEvery ?? 200) === 0) {
				const path = saveConceptCheckpoint(options.out, step, checkpoint, config);
				options.onEvent?.({ kind: 'checkpoint', step, path });
			}
		}
	} finally {
		await Promise.all(shares.map((s) => s.close()));
	}
	return weights;

	/** Average the shares' gradients, clip, step; move the running statistics. */
	function update(results: readonly PassResult[], learningRate: number): void {
		const views = gradients.map((g) => new Float32Array(g));
		const total = views[0]!;
		for (const other of views.slice(1)) for (let i = 0; i < total.length; i++) total[i]! += other[i]!;
		let square = 0;
		for (let i = 0; i < total.length; i++) square += total[i]! * total[i]!;
		const norm = Math.sqrt(square) / config.shares;
		if (!Number.isFinite(norm))
			throw new AtelierError(
				'E_ENGINE',
				`expected a finite gradient at step ${step}, got ${norm}; lower the learning rate and resume`,
			);
		adam.update(vector, total, learningRate, Math.min(1, config.gradientClip / norm) / config.shares);
		for (const { statistics } of results)
			for (const [name, s] of Object.entries(statistics)) {
				blend(weights.get(`${name}.running_mean`)!.data, s.mean);
				blend(weights.get(`${name}.running_var`)!.data, s.variance);
			}
	}
}

function blend(running: Float32Array, batch: Float32Array): void {
	for (let i = 0; i < running.length; i++) running[i]! += momentum * (batch[i]! - running[i]!);
}

const average = (results: readonly PassResult[], f: (r: PassResult) => number) =>
	results.reduce((n, r) => n + f(r), 0) / results.length;

interface Share {
	pass(request: PassRequest): Promise<PassResult>;
	close(): Promise<unknown>;
}

async function openShares(
	config: ConceptTrainingConfig,
	options: ConceptTrainingOptions,
	corpus: Corpus,
	layout: readonly Slot[],
	weights: SharedArrayBuffer,
	gradients: readonly SharedArrayBuffer[],
): Promise<Share[]> {
	const opened = await Promise.allSettled(
		gradients.map(async (gradient, index): Promise<Share> => {
			const { objective, batch, nonsense, seed, engine } = config;
			const shard = { objective, batch, nonsense, seed, engine, index, threads: 1, layout, weights, gradient };
			if (options.threads === false) {
				const local = await ConceptShard.create(shard, corpus);
				return {
					pass: (r) => (r.pass === 'clean' ? local.cleanPass(r.step, r.epsMax) : local.attackPass()),
					close: () => local.dispose(),
				};
			}
			const worker = new Worker(new URL('./concept-worker.js', import.meta.url), {
				workerData: { ...shard, corpus: options.corpus },
			});
			const reply = <T>() =>
				new Promise<T>((resolve, reject) => {
					// What a thread throws arrives as a plain error, whatever it was there.
					const fail = (cause: Error) => reject(new AtelierError('E_ENGINE', cause.message, { cause }));
					worker.once('error', fail);
					worker.once('message', (m: T & { error?: string }) => {
						worker.off('error', fail);
						if (m.error) reject(new AtelierError('E_ENGINE', m.error));
						else resolve(m);
					});
				});
			await reply();
			return {
				pass(request) {
					const answer = reply<PassResult>();
					worker.postMessage(request);
					return answer;
				},
				close: () => endThread(worker, 'end' satisfies ShardRequest),
			};
		}),
	);
	const failed = opened.find((o) => o.status === 'rejected');
	if (!failed) return opened.map((o) => (o as PromiseFulfilledResult<Share>).value);
	// A thread left behind would keep the process alive.
	await Promise.all(opened.map((o) => o.status === 'fulfilled' && o.value.close()));
	throw failed.reason;
}
