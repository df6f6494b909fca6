/** @file The report of a training run as the command line makes it: the trainer's events, and what the painter draws with the weights so far. */

import { basename, resolve } from 'node:path';
import type { DualEncoder } from '../encoders/encoder.js';
import { engineByName } from '../engines/index.js';
import { fromBytes } from '../image.js';
import { encodePng } from '../image-io.js';
import { Painter } from '../painter/painter.js';
import { openPainter } from '../painter/setup.js';
import { parseRecipe } from '../recipe/schema.js';
import type { ConceptTrainingConfig, TrainingEvent } from '../training/concept-trainer.js';
import { type RetrievalExample, retrieval } from '../training/contrastive/evaluate.js';
import type { Corpus } from '../training/corpus/index.js';
import { drawableConcepts, heldOutPictures, showPictures } from '../training/evaluation/held-out.js';
import { prototypeEncoder } from '../training/prototype-encoder.js';
import { type LoggedEvent, RunLog } from '../training/report/run-log.js';

/** Side of a drawing in the report, pixels. */
const side = 96;
/** What children draw, for want of other prompts. */
const favourites = ['heart', 'sun', 'tree', 'house', 'fish', 'cat'];
/** Drawing may take this share of a run's time. */
const drawingShare = 0.1;

/** What to draw while training: the favourites that there is a name for, or else the first names. */
export function reportPrompts(names: readonly string[]): string[] {
	const known = favourites.filter((name) => names.includes(name));
	return known.length >= 3 ? known : [...new Set(names)].slice(0, 4);
}

/** How to draw for a report. */
export interface DrawingOptions {
	readonly prompts: readonly string[];
	/** Steps of each drawing; 0 draws nothing. */
	readonly steps: number;
}

/** Feeds a log with what it cannot make itself. */
export class TrainingReport {
	private readonly started = performance.now();
	private drawing = Promise.resolve();
	private busy = false;
	private spent = 0;

	constructor(
		private readonly log: RunLog,
		/** Told when a drawing fails: training goes on. */
		private readonly onFailure: (message: string) => void,
	) {}

	record(event: LoggedEvent): void {
		this.log.record(event);
	}

	/** What some texts find among pictures [size, size, 3] of bytes. */
	async examples(
		step: number,
		found: readonly RetrievalExample[],
		pictures: readonly Uint8Array[],
		size: number,
	): Promise<void> {
		const cell = async ({ pair, right }: RetrievalExample['nearest'][number]) => ({
			png: await encodePng(fromBytes(size, size, pictures[pair]!)),
			caption: '',
			right,
		});
		const rows = found.map(async ({ text, nearest }) => ({ text, pictures: await Promise.all(nearest.map(cell)) }));
		this.log.examples(step, await Promise.all(rows));
	}

	/**
	 * Draw with the weights of a step, unless drawing has taken its share of the time already (`last`: in any case). Resolves
	 * when the drawings are done; a call while others are being made does nothing.
	 */
	draw(step: number, open: () => Promise<DualEncoder>, options: DrawingOptions, last: boolean): Promise<void> {
		const { prompts, steps } = options;
		const late = this.spent > drawingShare * (performance.now() - this.started);
		if (steps === 0 || ((this.busy || late) && !last)) return this.drawing;
		this.busy = true;
		this.drawing = this.drawing.then(async () => {
			const began = performance.now();
			try {
				const encoder = await open();
				for (const text of prompts) this.log.drawing(step, text, await drawingOf(encoder, text, steps));
			} catch (error) {
				this.onFailure(`no drawing at step ${step}: ${error instanceof Error ? error.message : String(error)}`);
			}
			this.spent += performance.now() - began;
			this.busy = false;
		});
		return this.drawing;
	}

	/** Finish what is under way. */
	async end(state: 'done' | 'stopped'): Promise<void> {
		await this.drawing;
		this.log.end(state);
	}
}

/** Steps of a drawing in the report of stage 1. */
const conceptDrawingSteps = 80;
/** Names whose nearest held-out pictures the report of stage 1 shows, and how many pictures they are looked for among. */
const conceptExamples = 8;
const examplePictures = 256;

/** The report of stage 1: its curves; whenever a checkpoint is written, what some names find and drawings by prototypes. */
export async function conceptReport(
	config: ConceptTrainingConfig,
	folder: string,
	corpus: Corpus,
	out: string,
	warn: (message: string) => void,
): Promise<{
	record(event: TrainingEvent): void;
	warn(message: string): void;
	end(state: 'done' | 'stopped'): Promise<void>;
}> {
	const { shares, batch, objective, eps, learningRate, steps } = config;
	const { concepts } = corpus;
	const facts = {
		corpus: `${folder}, ${concepts.length} concepts`,
		tower: objective.tower.stages.map((s) => `${s.channels} x ${s.blocks}`).join(', '),
		batch: `${shares} x ${batch}, moves of up to ${eps[1]}`,
		'learning rate': String(learningRate),
	};
	const report = new TrainingReport(new RunLog(out, { title: basename(resolve(out)), facts }), warn);
	const engine = await engineByName(config.engine, { threads: 1 });
	const drawable = concepts.flatMap((c) => (c.drawable === false ? [] : [c.name]));
	const drawing = { prompts: reportPrompts(drawable), steps: conceptDrawingSteps };
	// Not the corpus: its pixels would be kept for the run, beside those of the trainer.
	const shown = shownPictures(corpus, objective.tower.size);
	return {
		record(event) {
			report.record(event);
			if (event.kind !== 'checkpoint') return;
			const open = async () => {
				const encoder = prototypeEncoder(out, { concepts }, engine);
				// Within the time that drawing may take.
				await conceptsFound(report, event.step, encoder, shown);
				return encoder;
			};
			void report.draw(event.step, open, drawing, event.step === steps);
		},
		warn: (message) => report.record({ kind: 'warning', message }),
		end: (state) => report.end(state),
	};
}

/** Held-out pictures of drawable concepts, as many as are looked among, evenly chosen. */
interface ShownPictures {
	/** [n, size, size, 3] in [0, 1]. */
	readonly images: Float32Array;
	readonly size: number;
	/** Of the concept of each. */
	readonly names: readonly string[];
}

function shownPictures(corpus: Corpus, size: number): ShownPictures {
	const drawable = drawableConcepts(corpus);
	const all = heldOutPictures(corpus).filter((i) => drawable[corpus.images[i]!.concept]);
	const count = Math.min(examplePictures, all.length);
	const chosen = Array.from({ length: count }, (_, k) => all[Math.floor((k * all.length) / count)]!);
	const stride = size * size * 3;
	const images = new Float32Array(count * stride);
	const show = showPictures(corpus, chosen, size);
	for (let k = 0; k < count; k++) show(k, images, k * stride);
	return { images, size, names: chosen.map((i) => corpus.concepts[corpus.images[i]!.concept]!.name) };
}

/** What names of concepts find among pictures, into the report. */
async function conceptsFound(
	report: TrainingReport,
	step: number,
	encoder: DualEncoder,
	{ images, size, names }: ShownPictures,
): Promise<void> {
	if (names.length === 0) return;
	const texts = await encoder.encodeTexts(names);
	const { examples } = retrieval(await encoder.encodeImages(images), texts, names, conceptExamples);
	const bytes = Uint8Array.from(images, (x) => Math.round(255 * x));
	const stride = size * size * 3;
	const pictures = names.map((_, k) => bytes.subarray(k * stride, (k + 1) * stride));
	await report.examples(step, examples, pictures, size);
}

/** A quick drawing as PNG, on one thread. */
async function drawingOf(encoder: DualEncoder, text: string, steps: number): Promise<Uint8Array> {
	const recipe = parseRecipe({
		prompts: [{ text }],
		size: [side, side],
		steps,
		candidates: 3,
		tidy: false,
		seed: 1,
		engine: { threads: 1 },
	});
	const opened = await openPainter(recipe, { encoder });
	try {
		const painter = Painter.create(opened.setup);
		await painter.run();
		return await encodePng(painter.picture(opened.scale));
	} finally {
		await opened.close();
	}
}
