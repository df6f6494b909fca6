/** @file The whole evaluation of an encoder: runs the parts that are asked for, writes eval.json and eval.html after each. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { DualEncoder } from '../../encoders/encoder.js';
import { openEncoder } from '../../encoders/open-encoder.js';
import { type Engine, engineByName } from '../../engines/index.js';
import { AtelierError } from '../../errors.js';
import { readJson, replaceFile } from '../../files.js';
import { makeFolder } from '../../folders.js';
import { Random } from '../../random.js';
import { type Corpus, loadCorpus, provenanceOf } from '../corpus/index.js';
import { attackedAccuracy } from './attack.js';
import { colorWords } from './color-words.js';
import { type DrawingLook, type DrawingPlan, drawingRecipe, drawPrompts } from './drawings.js';
import { nameEmbeddings, pictureEmbeddings } from './embeddings.js';
import { drawableConcepts, heldOutPictures, showPictures } from './held-out.js';
import { checkJudge, type Judge, type JudgeReport, openJudge } from './judge.js';
import { tellsNonsense } from './nonsense.js';
import { type EvaluationPrompt, fixedPrompts, PromptReader } from './prompts.js';
import { judgeDrawings, namesInUse, rPrecision } from './r-precision.js';
import { type EvaluationReport, reportPage } from './report.js';
import { captionedPictures, retrieval } from './retrieval.js';
import { writeSheets } from './sheets.js';
import { zeroShot } from './zero-shot.js';

/** The parts, in the order in which they run. */
export const evaluationParts = ['zeroshot', 'retrieval', 'colours', 'attack', 'nonsense', 'drawing'] as const;
export type EvaluationPart = (typeof evaluationParts)[number];

/** What to evaluate, and how. */
export interface EvaluationOptions {
	/** Name or folder. */
	readonly encoder: string;
	/** Folder of the corpus that the encoder learnt from; its held-out pictures are measured on. */
	readonly corpus: string;
	readonly out: string;
	readonly parts: readonly EvaluationPart[];
	/** Name or folder of the judge. */
	readonly judge?: string;
	/** Folder of a corpus that holds out pictures for the judge; default `corpus`. */
	readonly judgeCorpus?: string;
	/** Names that drawings are told apart by. */
	readonly names: number;
	readonly prompts?: readonly EvaluationPrompt[];
	readonly seeds: readonly number[];
	/** Steps of a drawing; default the recipe's. */
	readonly steps?: number;
	/** How drawings differ from the defaults. */
	readonly look?: DrawingLook;
	readonly pairs: number;
	readonly attackSteps: number;
	readonly attackEps: readonly number[];
	readonly things: number;
	/** Of all sampling here; drawings have their own seeds. */
	readonly seed: number;
	readonly threads: number;
	readonly signal?: AbortSignal;
	readonly onProgress?: (part: EvaluationPart | 'judge', done: number, total: number) => void;
	/** For tests. */
	readonly draw?: DrawingPlan['draw'];
}

/** The usual measure. */
export const evaluationDefaults = {
	parts: evaluationParts,
	names: 500,
	seeds: [1, 2, 3],
	pairs: 1000,
	attackSteps: 5,
	attackEps: [0, 0.5, 1],
	things: 30,
	seed: 1,
	threads: 2,
} as const;

/** Evaluate; resolves to the report, to which earlier parts of the same encoder and corpus in the folder belong. */
export async function evaluateEncoder(options: EvaluationOptions): Promise<EvaluationReport> {
	makeFolder(options.out);
	const engine = await engineByName('onnxruntime', { threads: options.threads });
	const encoder = await openEncoder(options.encoder, engine, { threads: options.threads });
	const corpus = await loadCorpus(options.corpus);
	const judge = options.judge === undefined ? undefined : await openJudge(options.judge, engine, options.threads);
	if (judge?.hash === encoder.hash)
		throw new AtelierError(
			'E_ARGUMENT',
			`expected a judge other than the encoder that guides, got '${encoder.name}' twice; its own score says nothing about its drawings`,
		);
	const judged = judge && options.judgeCorpus !== undefined ? await loadCorpus(options.judgeCorpus) : corpus;
	return new Evaluation(options, engine, encoder, corpus, judge && { judge, corpus: judged }).run();
}

/** One evaluation under way: what several parts need is computed once. */
export class Evaluation {
	private readonly heldOut: readonly number[];
	private readonly drawable: readonly boolean[];
	private names: Promise<Float32Array[]> | undefined;
	private plain: Promise<Float32Array[]> | undefined;

	constructor(
		private readonly options: Omit<EvaluationOptions, 'encoder' | 'corpus' | 'judge' | 'judgeCorpus'> & {
			readonly encoder: string;
		},
		private readonly engine: Engine,
		private readonly encoder: DualEncoder,
		private readonly corpus: Corpus,
		private readonly judged?: { readonly judge: Judge; readonly corpus: Corpus },
	) {
		this.heldOut = heldOutPictures(corpus);
		this.drawable = drawableConcepts(corpus);
		if (this.heldOut.length === 0)
			throw new AtelierError(
				'E_CORPUS',
				'expected a corpus with held-out pictures to measure on, got none; build it again with --hold-out',
			);
	}

	async run(): Promise<EvaluationReport> {
		const { out, parts, signal } = this.options;
		// A look that cannot be drawn is found out before the other parts, which take long.
		if (parts.includes('drawing')) drawingRecipe(this.drawn(), this.prompts()[0]!.text, 0);
		makeFolder(out);
		let report = this.begin();
		const save = (more: Partial<EvaluationReport>) => {
			report = { ...report, ...more };
			replaceFile(join(out, 'eval.json'), `${JSON.stringify(report)}\n`);
			replaceFile(join(out, 'eval.html'), reportPage(report, out));
		};
		save({});
		const steps: [EvaluationPart, () => Promise<Partial<EvaluationReport>>][] = [
			['zeroshot', async () => ({ zeroshot: await this.zeroShot() })],
			['retrieval', async () => ({ retrieval: await this.retrieval() })],
			['colours', async () => ({ colours: await colorWords(this.encoder, this.engine, this.corpus, this.options) })],
			['attack', async () => ({ attack: await this.attack() })],
			['nonsense', async () => ({ nonsense: await this.nonsense() })],
			['drawing', () => this.draw()],
		];
		// A judge is checked even where nothing is drawn: that alone may be the question.
		if (this.judged && !parts.includes('drawing')) save({ judge: (await this.check(this.prompts())).report });
		for (const [part, measure] of steps) {
			if (!parts.includes(part) || signal?.aborted) continue;
			this.options.onProgress?.(part, 0, 1);
			save(await measure());
			this.options.onProgress?.(part, 1, 1);
		}
		return report;
	}

	/** What an earlier run in the folder has found out about the same encoder and corpus stays. */
	private begin(): EvaluationReport {
		const { name, hash, imageSize, width } = this.encoder;
		const head: EvaluationReport = {
			version: 1,
			encoder: { name, hash, imageSize, width },
			corpus: {
				concepts: this.corpus.concepts.length,
				drawable: this.drawable.filter(Boolean).length,
				heldOut: this.heldOut.length,
				vendors: [...new Set(this.heldOut.map((i) => this.corpus.images[i]!.source))].sort(),
			},
		};
		const path = join(this.options.out, 'eval.json');
		if (!existsSync(path)) return head;
		try {
			const earlier = readJson(path) as EvaluationReport;
			const same =
				earlier.version === 1 && earlier.encoder.hash === hash && isDeepStrictEqual(earlier.corpus, head.corpus);
			return same ? { ...earlier, ...head } : head;
		} catch {
			return head; // A damaged report is written anew.
		}
	}

	private allNames(): Promise<Float32Array[]> {
		this.names ??= nameEmbeddings(
			this.encoder,
			this.corpus.concepts.map(({ name }) => name),
		);
		return this.names;
	}

	private embedHeldOut(gray: boolean, onProgress?: (done: number) => void): Promise<Float32Array[]> {
		const { encoder, engine, corpus, heldOut } = this;
		const show = showPictures(corpus, heldOut, encoder.imageSize, gray);
		return pictureEmbeddings(encoder, engine, heldOut.length, show, onProgress);
	}

	private plainHeldOut(onProgress?: (done: number) => void): Promise<Float32Array[]> {
		this.plain ??= this.embedHeldOut(false, onProgress);
		return this.plain;
	}

	private async zeroShot() {
		const count = this.heldOut.length;
		const tell = (before: number) => (done: number) => this.options.onProgress?.('zeroshot', before + done, 2 * count);
		return zeroShot(
			{ plain: await this.plainHeldOut(tell(0)), gray: await this.embedHeldOut(true, tell(count)) },
			this.heldOut.map((i) => this.corpus.images[i]!.concept),
			{
				texts: this.corpus.concepts.map(({ name }) => name),
				rows: await this.allNames(),
				drawable: this.drawable,
			},
		);
	}

	private async retrieval() {
		const { pairs, seed } = this.options;
		const chosen = captionedPictures(this.corpus, pairs, new Random(seed).split('pairs'));
		const pictures = chosen.map(({ picture }) => picture);
		return retrieval(
			await pictureEmbeddings(
				this.encoder,
				this.engine,
				pictures.length,
				showPictures(this.corpus, pictures, this.encoder.imageSize),
			),
			await this.encoder.encodeTexts(chosen.map(({ caption }) => caption)),
			pairs,
		);
	}

	private async attack() {
		const { attackEps, attackSteps } = this.options;
		const concepts = this.drawable.flatMap((drawable, k) => (drawable ? [k] : []));
		const place = new Map(concepts.map((k, i) => [k, i]));
		const concept = (i: number) => this.corpus.images[i]!.concept;
		const pictures = this.heldOut.filter((i) => place.has(concept(i)));
		const names = await this.allNames();
		return attackedAccuracy(
			this.encoder,
			this.engine,
			pictures.map((i) => place.get(concept(i))!),
			showPictures(this.corpus, pictures, this.encoder.imageSize),
			concepts.map((k) => names[k]!),
			{
				eps: attackEps,
				steps: attackSteps,
				onProgress: (done, total) => this.options.onProgress?.('attack', done, total),
			},
		);
	}

	private async nonsense() {
		const { encoder, engine, corpus, heldOut, options } = this;
		const shown = await this.plainHeldOut();
		return tellsNonsense(encoder, engine, corpus, heldOut, shown, await this.allNames(), options.seed);
	}

	private prompts(): readonly EvaluationPrompt[] {
		return this.options.prompts ?? fixedPrompts;
	}

	private async draw(): Promise<Partial<EvaluationReport>> {
		const { options } = this;
		const prompts = this.prompts();
		// Before the drawings, which take long.
		const checked = this.judged && (await this.check(prompts));
		const recipe = this.drawn();
		const { look } = recipe;
		const drawings = await drawPrompts({
			...recipe,
			prompts,
			seeds: options.seeds,
			out: options.out,
			...(options.draw && { draw: options.draw }),
			...(options.signal && { signal: options.signal }),
			onDrawing: (done, total) => options.onProgress?.('drawing', done, total),
		});
		// Stopped: what is missing is drawn the next time, and until then there is nothing to sum up.
		if (drawings.length < prompts.length * options.seeds.length) return checked ? { judge: checked.report } : {};
		const verdicts =
			this.judged && checked?.report.valid
				? await judgeDrawings(this.judged.judge, this.engine, drawings, checked.named, checked.names)
				: undefined;
		return {
			...(checked && { judge: checked.report }),
			drawing: {
				prompts: prompts.length,
				seeds: options.seeds,
				steps: drawingRecipe(recipe, prompts[0]!.text, 0).steps,
				...(look && { look: { settings: look.settings, ...(look.preset && { preset: look.preset.name }) } }),
				sheets: writeSheets(options.out, drawings, options.seed),
				...(checked && {
					rPrecision: verdicts ? rPrecision(drawings, verdicts, checked.report.names) : ('not valid' as const),
				}),
				drawings: drawings.map(({ text, group, seed, file }, i) => ({
					prompt: text,
					group,
					seed,
					file,
					...verdicts?.[i],
				})),
			},
		};
	}

	/** What all drawings are drawn by. */
	private drawn(): Pick<DrawingPlan, 'encoder' | 'hash' | 'steps' | 'look'> {
		const { encoder, steps, look } = this.options;
		return { encoder, hash: this.encoder.hash, ...(steps !== undefined && { steps }), ...(look && { look }) };
	}

	/** What the judge shows on real pictures of the names that the prompts are told apart by. */
	private async check(prompts: readonly EvaluationPrompt[]) {
		const { judge, corpus } = this.judged!;
		const reader = new PromptReader(this.corpus);
		const named = prompts.map(({ text }) => ({ text, concepts: reader.concepts(text) }));
		const random = new Random(this.options.seed).split('names');
		const names = await namesInUse(judge, this.corpus, named, this.options.names, random);
		const learntFrom = this.encoder.learntFrom ?? provenanceOf(this.corpus).learntFrom;
		const report: JudgeReport = await checkJudge(judge, this.engine, corpus, names, learntFrom);
		return { named, names, report };
	}
}
