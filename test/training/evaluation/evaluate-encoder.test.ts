/** @file The whole evaluation of a small encoder: its report, going on in a folder, a judge that is refused. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEncoder } from '../../../src/encoders/open-encoder.js';
import { engineByName } from '../../../src/engines/index.js';
import { fromBytes, picture } from '../../../src/image.js';
import { trainConcepts } from '../../../src/training/concept-trainer.js';
import {
	Evaluation,
	type EvaluationOptions,
	evaluateEncoder,
	evaluationDefaults,
	evaluationParts,
} from '../../../src/training/evaluation/evaluate-encoder.js';
import { textJudge } from '../../../src/training/evaluation/judge.js';
import { type EvaluationReport, reportPage, summaryLines } from '../../../src/training/evaluation/report.js';
import { writeJudge } from '../../../src/training/evaluation/write-judge.js';
import { finishEncoder } from '../../../src/training/finish.js';
import { toyTraining, writeToyCorpus } from '../toy-corpus.js';
import { colorEncoder, type Patch, paints, patchCorpus } from './toys.js';

const root = mkdtempSync(join(tmpdir(), 'evaluate-'));
const checkpoint = join(root, 'checkpoint');
const encoder = join(root, 'encoder');
const judge = join(root, 'judge');
let corpus: string;
beforeAll(async () => {
	corpus = writeToyCorpus();
	await trainConcepts(toyTraining({ steps: 1, shares: 1 }), { corpus, out: checkpoint, threads: false });
	const text = { steps: 2, batch: 8, learningRate: 1e-3, seed: 1, threads: 1, engine: 'onnxruntime' };
	await finishEncoder({ ...text, checkpoint, corpus, out: encoder, name: 'toy' });
	await writeJudge({ checkpoint, corpus, out: judge, name: 'toy judge' });
});
afterAll(() => {
	rmSync(root, { recursive: true });
	rmSync(corpus, { recursive: true });
});

let asked = 0;
const options = (out: string, changes: Partial<EvaluationOptions> = {}): EvaluationOptions => ({
	...evaluationDefaults,
	encoder,
	corpus,
	out: join(root, out),
	threads: 1,
	names: 3,
	seeds: [1, 2],
	prompts: [
		{ text: 'a ball', group: 'toys' },
		{ text: 'a <bar>', group: 'toys' },
	],
	draw: async ({ seed }) => {
		asked++;
		return picture(20, 20, seed / 3);
	},
	...changes,
});
const written = (out: string) => JSON.parse(readFileSync(join(root, out, 'eval.json'), 'utf8')) as EvaluationReport;

describe('evaluateEncoder', () => {
	it('measures everything, and writes the data, the page and the sheets', async () => {
		asked = 0;
		const seen = new Set<string>();
		const report = await evaluateEncoder(options('all', { judge, onProgress: (part) => seen.add(part) }));
		expect(JSON.parse(JSON.stringify(report))).toEqual(written('all'));
		expect([...seen]).toEqual([...evaluationParts]);
		expect(report).toMatchObject({
			encoder: { name: 'toy', imageSize: 16, width: 12 },
			corpus: { concepts: 3, drawable: 3, heldOut: 3, vendors: ['toy'] },
			zeroshot: { drawable: { pictures: 3, names: 3, top5: 1 } },
			retrieval: { pairs: 3, wanted: 1000 },
			colours: { pictures: 36, things: expect.arrayContaining(['ball', 'bar', 'frame']) },
			drawing: { prompts: 2, seeds: [1, 2], steps: 300 },
		});
		expect(report.attack!.map(({ eps }) => eps)).toEqual([0, 0.5, 1]);
		expect(report.nonsense).toMatchObject({ pictures: 3 });
		// The judge learnt from the only vendor there is.
		expect(report.judge).toMatchObject({ valid: false, reason: expect.stringContaining('neither it nor') });
		expect(report.drawing!.rPrecision).toBe('not valid');
		expect(asked).toBe(4);

		const { sheets, drawings } = report.drawing!;
		expect(sheets).toEqual(['sheet-seed-1.png', 'sheet-seed-2.png', 'stranger-1.png', 'stranger-key.json']);
		for (const name of [...sheets, ...drawings.map(({ file }) => file)])
			expect(existsSync(join(root, 'all', name)), name).toBe(true);
		const key = JSON.parse(readFileSync(join(root, 'all', 'stranger-key.json'), 'utf8')) as { file: string }[];
		expect(key.map((entry) => entry.file).sort()).toEqual(drawings.map(({ file }) => file).sort());

		const lines = summaryLines(report).join('\n');
		expect(lines).toMatch(/zero-shot .*3 pictures, 3 names/);
		expect(lines).toMatch(/nonsense .* of pairs .*\(3 of each\)/);
		expect(lines).toMatch(/of 3 pairs; 1000 were asked for/);
		expect(lines).toMatch(/'toy judge' is not accepted: no picture of a vendor/);
		expect(lines).toMatch(/R-precision +refused: no valid judge/);
		const page = readFileSync(join(root, 'all', 'eval.html'), 'utf8');
		expect(page).toContain('a &lt;bar&gt;');
		expect(page.match(/data:image\/png;base64,/g)).toHaveLength(4);
		expect(page).not.toMatch(/(src|href)="(?!data:)/);
	});

	it('keeps what the folder knows of the same encoder, and makes no drawing twice', async () => {
		asked = 0;
		const before = written('all');
		const report = await evaluateEncoder(options('all', { parts: ['retrieval', 'drawing'], pairs: 2 }));
		expect(asked).toBe(0);
		expect(report.retrieval).toMatchObject({ pairs: 2, wanted: 2 });
		expect(report.zeroshot).toEqual(before.zeroshot);
		// Without a judge, nothing is said of R-precision.
		expect(report.drawing!.rPrecision).toBeUndefined();
	});

	it('sums up nothing of drawings that are not all there', async () => {
		const abort = new AbortController();
		const draw = async () => {
			abort.abort();
			return picture(20, 20, 0.5);
		};
		const stopped = await evaluateEncoder(options('stopped', { parts: ['drawing'], signal: abort.signal, draw }));
		expect(stopped.drawing).toBeUndefined();
		asked = 0;
		expect((await evaluateEncoder(options('stopped', { parts: ['drawing'] }))).drawing!.drawings).toHaveLength(4);
		expect(asked).toBe(3);
	});

	it('takes no encoder for its own judge', async () => {
		await expect(evaluateEncoder(options('self', { judge: encoder }))).rejects.toMatchObject({
			code: 'E_ARGUMENT',
			message: expect.stringMatching(/judge other than the encoder/),
		});
	});
});

describe('with a judge that knows', () => {
	const names = Object.keys(paints);
	// Shades, so that there are more pictures than the bar asks for.
	const shades = (source: string, heldOut: boolean): Patch[] =>
		Object.entries(paints).flatMap(([concept, color]) =>
			Array.from({ length: 12 }, (_, i) => ({
				concept,
				color: color.map((v) => v * (1 - i / 60)) as [number, number, number],
				source,
				heldOut,
			})),
		);
	const seenCorpus = patchCorpus([...shades('vendor', true), ...shades('learnt', false)]);
	const run = async (guide: object, out: string) => {
		const engine = await engineByName('onnxruntime', { threads: 1 });
		return new Evaluation(
			options(out, {
				parts: ['drawing'],
				names: 6,
				prompts: names.map((text) => ({ text: `a patch of ${text}`, group: text })),
				// Draws blue whatever it is asked for, but red for red.
				draw: async ({ prompts: [prompt] }) =>
					fromBytes(
						10,
						10,
						Uint8Array.from({ length: 300 }, (_, i) => (i % 3 === (prompt!.text.includes('red') ? 0 : 2) ? 255 : 0)),
					),
			}),
			engine,
			colorEncoder(paints, { hash: 'guide', ...guide }),
			seenCorpus,
			{ judge: textJudge(colorEncoder(paints, { name: 'knows', learntFrom: ['other'] })), corpus: seenCorpus },
		).run();
	};

	it('gives R-precision, and what each drawing looks like', async () => {
		const report = await run({}, 'judged');
		expect(report.judge).toMatchObject({ valid: true, top1: 1, pictures: 72, vendors: ['vendor'] });
		expect(report.drawing!.rPrecision).toMatchObject({
			at1: 2 / 6,
			judged: 12,
			names: 6,
			groups: { red: { at1: 1 }, blue: { at1: 1 }, green: { at1: 0 } },
		});
		expect(report.drawing!.drawings.find(({ prompt }) => prompt === 'a patch of green')!.seenAs).toBe('blue');
		expect(summaryLines(report).join('\n')).toMatch(/accepted\n.*\nR-precision +@1 33\.3 %/);
		expect(reportPage(report, join(root, 'judged'))).toContain('seed 1: red, own rank 1');
	});

	it('gives none when the guiding encoder learnt from the vendor that is shown', async () => {
		const report = await run({ learntFrom: ['vendor'] }, 'seen');
		expect(report.judge!.valid).toBe(false);
		expect(report.drawing!.rPrecision).toBe('not valid');
		expect(report.drawing!.drawings[0]).not.toHaveProperty('rank');
	});

	it('measures on held-out pictures only', async () => {
		const engine = await engineByName('onnxruntime', { threads: 1 });
		const guide = await openEncoder(encoder, engine);
		const nothing = patchCorpus(shades('learnt', false));
		expect(() => new Evaluation(options('none'), engine, guide, nothing)).toThrow(
			expect.objectContaining({ code: 'E_CORPUS', message: expect.stringContaining('--hold-out') }),
		);
	});
});
