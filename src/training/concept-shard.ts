/**
 * @file One data-parallel share of stage-1 training: makes augmented batches and computes gradients on them, clean and
 * adversarially moved ("free" adversarial training, Shafahi et al. 2019: the pass that trains also yields the attack).
 */

import { ParameterStore } from '../encoders/parameters.js';
import { type Executable, engineByName } from '../engines/index.js';
import { Random } from '../random.js';
import { createNonsense } from './augment/nonsense.js';
import { augment } from './augment.js';
import { type ConceptObjectiveConfig, conceptProgram } from './concept-objective.js';
import { type Corpus, createSampler } from './corpus/index.js';
import { ascend, drawRadius, moved, randomStart } from './l2-attack.js';
import { gatherInto, layoutSize, type Slot, windows } from './shared-parameters.js';

/** What a share needs to know. */
export interface ShardOptions {
	readonly objective: ConceptObjectiveConfig;
	readonly batch: number;
	/** Share of the batch that shows nothing. */
	readonly nonsense: number;
	readonly seed: number;
	/** Which share this is: part of the random stream. */
	readonly index: number;
	readonly engine: string;
	readonly threads: number;
	readonly layout: readonly Slot[];
	/** The trained weights, shared with the trainer. */
	readonly weights: SharedArrayBuffer;
	/** Where this share leaves its gradient, shared with the trainer. */
	readonly gradient: SharedArrayBuffer;
}

/** Result of one pass. */
export interface PassResult {
	readonly loss: number;
	readonly correct: number;
	/** Batch statistics by batch-norm name. */
	readonly statistics: Record<string, { mean: Float32Array; variance: Float32Array }>;
}

/** Computes gradients for its part of each batch. Batches depend only on (seed, index, step), so training resumes exactly. */
export class ConceptShard {
	private readonly sample: (random: Random) => number;
	private readonly clean: Float32Array;
	private readonly moved: Float32Array;
	private readonly start: Float32Array;
	private readonly eps: Float32Array;
	private readonly labels: Int32Array;
	private readonly colors: Int32Array;
	private readonly colored: Float32Array;
	private readonly named: Float32Array;
	private readonly makeNonsense: ReturnType<typeof createNonsense>;
	private readonly gradient: Float32Array;
	private readonly shared: Float32Array;
	private dImages: Float32Array | undefined;
	private prepared = -1;

	private constructor(
		private readonly options: ShardOptions,
		private readonly corpus: Corpus,
		private readonly executable: Executable,
		private readonly batchNorms: readonly string[],
		private readonly weights: Float32Array,
	) {
		this.shared = new Float32Array(options.weights);
		const { batch, objective } = options;
		this.sample = createSampler(corpus);
		const pixels = batch * objective.tower.size ** 2 * 3;
		this.clean = new Float32Array(pixels);
		this.moved = new Float32Array(pixels);
		this.start = new Float32Array(pixels);
		this.eps = new Float32Array(batch);
		this.labels = new Int32Array(batch);
		this.colors = new Int32Array(batch);
		this.colored = new Float32Array(batch);
		this.named = new Float32Array(batch).fill(1, 0, batch - Math.round(batch * options.nonsense));
		this.makeNonsense = createNonsense((random) => corpus.image(this.sample(random)));
		this.gradient = new Float32Array(options.gradient);
	}

	static async create(options: ShardOptions, corpus: Corpus): Promise<ConceptShard> {
		// onnxruntime does not read from shared memory: each pass copies the weights here.
		const vector = new Float32Array(layoutSize(options.layout));
		const store = new ParameterStore(windows(options.layout, vector), new Random(0));
		const program = conceptProgram(options.objective, store, options.batch);
		const engine = await engineByName(options.engine, { threads: options.threads });
		const executable = await engine.compile(program.outputs, { parameters: 'input', threads: options.threads });
		return new ConceptShard(options, corpus, executable, program.batchNorms, vector);
	}

	/** Draw and augment the batch of a step; may be called ahead of time. */
	prepare(step: number): void {
		if (this.prepared === step) return;
		const { batch, objective, seed, index } = this.options;
		const random = new Random(seed).split(`batch ${index} ${step}`);
		const size = objective.tower.size;
		for (let i = 0; i < batch; i++) {
			const offset = i * size * size * 3;
			if (this.named[i] === 0) {
				const { drawing, kind } = this.makeNonsense(random);
				augment(drawing, kind, random, { size }, this.clean, offset);
				this.labels[i] = 0;
				this.colors[i] = 0;
				this.colored[i] = 0;
				continue;
			}
			const k = this.sample(random);
			const image = this.corpus.images[k]!;
			const mirror = this.corpus.concepts[image.concept]!.fixed !== true;
			const info = augment(this.corpus.image(k), image.kind, random, { size, mirror }, this.clean, offset);
			this.labels[i] = image.concept;
			this.colors[i] = Math.max(0, info.color);
			this.colored[i] = info.color >= 0 ? 1 : 0;
		}
		this.prepared = step;
	}

	/** First pass of a step: 70 % of the pictures from a small random start inside the ball, the others as they are. */
	async cleanPass(step: number, epsMax: number): Promise<PassResult> {
		this.prepare(step);
		const random = new Random(this.options.seed).split(`start ${this.options.index} ${step}`);
		const n = this.clean.length / this.options.batch;
		for (let i = 0; i < this.options.batch; i++) {
			const of = (all: Float32Array) => all.subarray(i * n, (i + 1) * n);
			// Twice as far: what shows nothing still shows nothing after a larger move.
			this.eps[i] = drawRadius(random, this.named[i] === 0 ? 2 * epsMax : epsMax);
			randomStart(random, this.eps[i]!, of(this.start));
			moved(of(this.clean), of(this.start), of(this.moved));
		}
		return this.pass();
	}

	/** Second pass: each picture moved by its eps along the gradient of the first pass, inside its ball. */
	async attackPass(): Promise<PassResult> {
		const d = this.dImages;
		if (!d) throw new Error('expected a clean pass before the attack');
		const n = this.clean.length / this.options.batch;
		for (let i = 0; i < this.options.batch; i++) {
			const of = (all: Float32Array) => all.subarray(i * n, (i + 1) * n);
			const eps = this.eps[i]!;
			ascend(of(this.start), of(d), eps, eps, of(this.clean), of(this.moved));
		}
		return this.pass();
	}

	private async pass(): Promise<PassResult> {
		this.weights.set(this.shared);
		const results = await this.executable.run({
			images: this.moved,
			labels: this.labels,
			colors: this.colors,
			colored: this.colored,
			named: this.named,
		});
		this.dImages = results.dImages;
		gatherInto(this.options.layout, this.gradient, (name) => results[`grad:${name}`]!);
		const statistics: PassResult['statistics'] = {};
		for (const name of this.batchNorms)
			statistics[name] = { mean: results[`mean:${name}`]!, variance: results[`variance:${name}`]! };
		return { loss: results.loss![0]!, correct: results.correct![0]!, statistics };
	}

	dispose(): Promise<void> {
		return this.executable.dispose();
	}
}
