/** @file One data-parallel share of contrastive training: makes its chunks of each batch, embeds them, and pulls gradients back through them. */

import type { Weights } from '../../encoders/parameters.js';
import type { TextTokenizer } from '../../encoders/tokenizers/tokenizer.js';
import { type Engine, type Executable, engineByName, type Feed } from '../../engines/index.js';
import { Random } from '../../random.js';
import { splitProgram } from '../../tensor/index.js';
import { layoutSize, type Slot, windows } from '../shared-parameters.js';
import { Chunk } from './chunk.js';
import { SampleMaker } from './maker.js';
import { ContrastiveModel, type ContrastiveSetup, type Wanted } from './program.js';
import type { Item, Material } from './sources.js';

/** What a share needs to know; plain data. */
export interface ShareOptions {
	readonly setup: ContrastiveSetup;
	/** Pairs computed at once. */
	readonly chunk: number;
	/** Which chunks of the batch are this share's. */
	readonly chunks: readonly number[];
	readonly seed: number;
	readonly engine: string;
	readonly tokenizer: object;
	readonly materials: readonly Material[];
	/** Trained weights, in shared memory, and where each lies. */
	readonly layout: readonly Slot[];
	readonly weights: SharedArrayBuffer;
	/** All other weights. */
	readonly frozen: Weights;
	/** Where this share leaves its gradient. */
	readonly gradient: SharedArrayBuffer;
	readonly exchange: Exchange;
}

/** Embeddings of the whole batch [batch, width] and d loss / d them, in shared memory: each share writes and reads its rows. */
export type Exchange = Readonly<Record<'pictures' | 'texts' | 'dPictures' | 'dTexts', SharedArrayBuffer>>;

/** What batch norms saw, summed over this share's chunks, by name. */
export type Statistics = Record<string, { readonly mean: Float32Array; readonly variance: Float32Array }>;

/** Samples to make; a slot is a place in the batch. */
export interface MakeRequest {
	readonly step: number;
	readonly side: number;
	readonly items: readonly { readonly slot: number; readonly item: Item }[];
}

/** What came of it. */
export interface MakeReply {
	readonly texts: readonly { readonly slot: number; readonly text: string }[];
	readonly failures: readonly { readonly slot: number; readonly message: string }[];
}

/** Result of a pass. */
export interface PassReply {
	readonly loss: number;
	readonly recall: number;
	readonly statistics: Statistics;
}

/** What a share can be asked, one thing at a time. */
export interface ShareApi {
	/** Make samples for slots of a batch; a first call with a new step forgets the batch before. */
	make(request: MakeRequest): Promise<MakeReply>;
	/** Embed all chunks into the exchange; `wanted` is what `pull` will be asked for. */
	embed(wanted: Wanted): Promise<void>;
	/** Gradients, given those by the embeddings: by weights into the shared memory, by images kept for `ascend`. */
	pull(wanted: Wanted): Promise<{ readonly statistics: Statistics }>;
	/** All in one, for a batch of one chunk. */
	whole(request: { readonly wanted: Wanted; readonly meanings: Readonly<Record<string, Feed>> }): Promise<PassReply>;
	/** Put every picture at a random place in its ball; see Chunk.start. */
	start(request: { readonly step: number; readonly largest: number }): Promise<void>;
	/** See Chunk.ascend. */
	ascend(part: number): Promise<void>;
	close(): Promise<void>;
}

const parts = ['pictures', 'texts'] as const;
type Part = (typeof parts)[number];
/** embed: forward alone; pull: forward and backward; first, second: the same in two halves. */
type Stage = 'embed' | 'pull' | 'first' | 'second' | 'whole';

/** Computes on its chunks. Samples depend only on (seed, step, slot), so the number of shares makes no difference to them. */
export class Share implements ShareApi {
	private readonly tokenizer: TextTokenizer;
	private readonly maker: SampleMaker;
	private readonly programs = new Map<string, Promise<Executable>>();
	private readonly shared: Float32Array;
	private readonly gradient: Float32Array;
	private readonly exchange: Readonly<Record<keyof Exchange, Float32Array>>;
	private readonly chunks: readonly Chunk[];
	/** What embedding computed is kept for pulling back where there is but one chunk to keep it of. */
	private readonly keeps: boolean;
	private step = -1;
	private side = 0;

	private constructor(
		private readonly options: ShareOptions,
		private readonly engine: Engine,
		private readonly model: ContrastiveModel,
		/** onnxruntime does not read from shared memory: each pass copies the weights here. */
		private readonly vector: Float32Array,
	) {
		this.tokenizer = model.towers.tokenizer(options.tokenizer);
		this.maker = new SampleMaker(options.materials);
		this.shared = new Float32Array(options.weights);
		this.gradient = new Float32Array(options.gradient);
		this.exchange = exchangeViews(options.exchange);
		this.chunks = options.chunks.map((c) => new Chunk(c * options.chunk, options.chunk));
		this.keeps = this.chunks.length === 1;
	}

	static async create(options: ShareOptions): Promise<Share> {
		const vector = new Float32Array(layoutSize(options.layout));
		const weights: Weights = new Map([...options.frozen, ...windows(options.layout, vector)]);
		const engine = await engineByName(options.engine, { threads: 1 });
		return new Share(options, engine, new ContrastiveModel(options.setup, weights), vector);
	}

	async make({ step, side, items }: MakeRequest): Promise<MakeReply> {
		if (step !== this.step) for (const c of this.chunks) c.clear(side);
		this.step = step;
		this.side = side;
		const picture = side * side * 3;
		const texts: { slot: number; text: string }[] = [];
		const failures: { slot: number; message: string }[] = [];
		for (const { slot, item } of items) {
			const c = this.chunks.find((one) => one.has(slot))!;
			const random = new Random(this.options.seed).split(`sample ${step} ${slot}`);
			try {
				const text = await this.maker.make(item, random, side, c.clean, (slot - c.first) * picture);
				c.texts[slot - c.first] = text;
				texts.push({ slot, text });
			} catch (error) {
				const name = item.kind === 'shards' ? item.key : `image ${item.image}`;
				failures.push({ slot, message: `left out ${name}: ${error instanceof Error ? error.message : String(error)}` });
			}
		}
		return { texts, failures };
	}

	async embed(wanted: Wanted): Promise<void> {
		this.vector.set(this.shared);
		for (const c of this.chunks)
			for (const part of parts) {
				const keeps = this.keeps && this.pulls(part, wanted);
				const program = await this.program(part, keeps ? 'first' : 'embed', c, wanted);
				const out = await program.run(this.feeds(part, c));
				this.rows(part, c).set(out[part]!);
				c.kept[part] = keeps ? out : {};
			}
	}

	async pull(wanted: Wanted): Promise<{ statistics: Statistics }> {
		this.gradient.fill(0);
		const statistics: Statistics = {};
		for (const c of this.chunks) {
			for (const part of parts) {
				if (!this.pulls(part, wanted)) continue;
				const seed = part === 'pictures' ? 'dPictures' : 'dTexts';
				const program = await this.program(part, this.keeps ? 'second' : 'pull', c, wanted);
				const kept = c.kept[part];
				const out = await program.run({ ...this.feeds(part, c), ...kept, [seed]: this.rows(seed, c).slice() });
				this.collect({ ...kept, ...out }, c, statistics);
				c.kept[part] = {};
			}
		}
		return { statistics };
	}

	async whole({ wanted, meanings }: Parameters<ShareApi['whole']>[0]): Promise<PassReply> {
		this.vector.set(this.shared);
		this.gradient.fill(0);
		const c = this.chunks[0]!;
		const program = await this.program('whole', 'whole', c, wanted);
		const out = await program.run({ ...this.feeds('pictures', c), ...this.feeds('texts', c), ...meanings });
		const statistics: Statistics = {};
		this.collect(out, c, statistics);
		return { loss: out.loss![0]!, recall: out.recall![0]!, statistics };
	}

	async start({ step, largest }: Parameters<ShareApi['start']>[0]): Promise<void> {
		for (const c of this.chunks) c.start(this.options.seed, step, largest);
	}

	async ascend(part: number): Promise<void> {
		for (const c of this.chunks) c.ascend(part);
	}

	async close(): Promise<void> {
		for (const made of this.programs.values()) {
			// What could not be compiled was said to whoever asked for it.
			const program = await made.catch(() => undefined);
			await program?.dispose();
		}
		this.programs.clear();
	}

	/** Whether a tower has a gradient to pull back. */
	private pulls(part: Part, { weights, images }: Wanted): boolean {
		const { lock } = this.options.setup;
		return part === 'pictures' ? images || (weights && lock !== 'image') : weights && lock !== 'text';
	}

	/** Add a pass' gradients and statistics to the share's; keep the images' gradient. */
	private collect(out: Readonly<Record<string, Float32Array>>, c: Chunk, statistics: Statistics): void {
		const isFirst = c === this.chunks[0];
		for (const { name, offset, size } of this.options.layout) {
			const d = out[`grad:${name}`];
			if (d && isFirst) this.gradient.set(d, offset);
			else if (d) for (let i = 0; i < size; i++) this.gradient[offset + i]! += d[i]!;
		}
		if (out.dImages) c.dImages = out.dImages as Float32Array<ArrayBuffer>;
		const seen: Statistics = {};
		for (const [key, variance] of Object.entries(out))
			if (key.startsWith('variance:')) {
				const name = key.slice('variance:'.length);
				seen[name] = { mean: out[`mean:${name}`]!, variance };
			}
		addStatistics(statistics, seen);
	}

	private feeds(part: Part, c: Chunk): Record<string, Feed> {
		if (part === 'pictures') return { images: c.images };
		const { ids, positions, mask } = c.tokensOf(this.tokenizer, this.model.towers);
		return { ids, positions, mask };
	}

	private rows(what: keyof Exchange, c: Chunk): Float32Array {
		const { width } = this.model.towers;
		return this.exchange[what].subarray(c.first * width, (c.first + c.rows) * width);
	}

	/** The program for a tower, or the whole, for the sizes of a chunk; compiled once. */
	private program(part: Part | 'whole', stage: Stage, c: Chunk, wanted: Wanted): Promise<Executable> {
		const textLength = part === 'pictures' ? 0 : c.tokensOf(this.tokenizer, this.model.towers).length;
		const side = part === 'texts' ? 0 : this.side;
		const key = [part, stage, side, textLength, wanted.weights, wanted.images].join(' ');
		const known = this.programs.get(key);
		if (known) return known;
		const made = this.engine.compile(this.outputs(part, stage, { rows: c.rows, side, textLength }, wanted), {
			// A locked tower's weights never change.
			parameters:
				stage === 'embed' && !this.pulls(part as Part, { weights: true, images: false }) ? 'constant' : 'input',
			threads: 1,
		});
		this.programs.set(key, made);
		return made;
	}

	private outputs(
		part: Part | 'whole',
		stage: Stage,
		sizes: { rows: number; side: number; textLength: number },
		wanted: Wanted,
	) {
		const { model } = this;
		if (part === 'whole') return model.whole(sizes, wanted).outputs;
		if (stage === 'embed') return (part === 'pictures' ? model.embedPictures(sizes) : model.embedTexts(sizes)).outputs;
		const { outputs, seed } = part === 'pictures' ? model.pullPictures(sizes, wanted) : model.pullTexts(sizes, wanted);
		if (stage === 'pull') return outputs;
		return splitProgram(outputs, [seed!])[stage as 'first' | 'second'];
	}
}

/** The numbers in the exchange. */
export const exchangeViews = (e: Exchange): Readonly<Record<keyof Exchange, Float32Array>> => ({
	pictures: new Float32Array(e.pictures),
	texts: new Float32Array(e.texts),
	dPictures: new Float32Array(e.dPictures),
	dTexts: new Float32Array(e.dTexts),
});

/** Add what batch norms saw to a sum, in place. */
export function addStatistics(total: Statistics, part: Statistics): void {
	const sum = (a: Float32Array | undefined, b: Float32Array) => (a ? a.map((x, i) => x + b[i]!) : b);
	for (const [name, { mean, variance }] of Object.entries(part)) {
		const sofar = total[name];
		total[name] = { mean: sum(sofar?.mean, mean), variance: sum(sofar?.variance, variance) };
	}
}
