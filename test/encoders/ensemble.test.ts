/** @file Several encoders as one: what it makes of pictures and words is what its members make of them, and drawings are guided by each in turn. */

import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBuiltin } from '../../src/encoders/builtin.js';
import type { DualEncoder } from '../../src/encoders/encoder.js';
import { readWeights } from '../../src/encoders/int8-weights.js';
import type { Weights } from '../../src/encoders/parameters.js';
import { Programs } from '../../src/encoders/programs.js';
import { writeSafetensors } from '../../src/encoders/safetensors.js';
import { dot } from '../../src/encoders/vectors.js';
import { type Engine, engineByName } from '../../src/engines/index.js';
import { createReferenceEngine } from '../../src/engines/reference/index.js';
import type { Moment } from '../../src/guidance/readings.js';
import { Painter } from '../../src/painter/painter.js';
import { openPainter } from '../../src/painter/setup.js';
import { loadSnapshot, saveSnapshot } from '../../src/painter/snapshot.js';
import { Random } from '../../src/random.js';
import { parseRecipe } from '../../src/recipe/schema.js';
import { gradients, input, mul, reshape, sum } from '../../src/tensor/index.js';
import { trainConcepts } from '../../src/training/concept-trainer.js';
import { readEncoderFolder } from '../../src/training/contrastive/encoder-folder.js';
import { writeEnsemble } from '../../src/training/ensemble-stage.js';
import { finishEncoder } from '../../src/training/finish.js';
import { warmStart } from '../../src/training/warm-start.js';
import { toyTraining, writeToyCorpus } from '../training/toy-corpus.js';
import { expectClose } from './parity.js';

const root = mkdtempSync(join(tmpdir(), 'ensemble-'));
const folders = [1, 2, 3].map((seed) => join(root, `member-${seed}`));
const whole = join(root, 'whole');
let corpus: string;
let engine: Engine;
let members: DualEncoder[];
let encoder: DualEncoder;
const texts = ['a red ball', 'frame', 'шар'];
const random = new Random(3);
const pictures = Float32Array.from({ length: 2 * 16 * 16 * 3 }, () => random.uniform());

beforeAll(async () => {
	corpus = writeToyCorpus();
	engine = await engineByName('onnxruntime', { threads: 1 });
	for (const [i, out] of folders.entries()) {
		const checkpoint = join(root, `tower-${i}`);
		const config = { ...toyTraining({ steps: 2, shares: 1 }), seed: i + 1 };
		await trainConcepts(config, { corpus, out: checkpoint, threads: false });
		const text = { steps: 2, batch: 8, learningRate: 1e-3, seed: 1, threads: 1, engine: 'onnxruntime' };
		await finishEncoder({ ...text, checkpoint, corpus, out, name: 'toy' });
	}
	writeEnsemble(folders, whole, 'three');
	const open = (folder: string) => loadBuiltin(folder, engine, new Programs(engine, 1));
	members = await Promise.all(folders.map(open));
	encoder = await open(whole);
});
afterAll(() => {
	rmSync(root, { recursive: true });
	rmSync(corpus, { recursive: true });
});

/** A small drawing of one candidate by an ensemble. */
const small = {
	size: [48, 48],
	canvas: 24,
	steps: 5,
	candidates: 1,
	views: 1,
	strokes: { paths: 2 },
	tidy: false,
} as const;

describe('an ensemble', () => {
	it('has the mean cosine of its members, in bytes to 1 %', async () => {
		expect(encoder).toMatchObject({ name: 'three', imageSize: 16, width: 36, learntFrom: ['toy'] });
		expect(encoder.members).toHaveLength(3);
		const cosines = async (of: DualEncoder) => {
			const [rows, columns] = [await of.encodeImages(pictures), await of.encodeTexts(texts)];
			for (const e of [...rows, ...columns]) expect(Math.hypot(...e)).toBeCloseTo(1, 5);
			return rows.flatMap((row) => columns.map((column) => dot(row, column)));
		};
		const each = await Promise.all(members.map(cosines));
		// Unlike ones: seeds make a difference.
		expect(Math.abs(each[0]![0]! - each[1]![0]!)).toBeGreaterThan(0.01);
		const mean = each[0]!.map((_, i) => each.reduce((s, own) => s + own[i]!, 0) / 3);
		expectClose('cosines', await cosines(encoder), mean, 1e-2);
		expect(encoder.logitScale).toBeCloseTo(members.reduce((s, m) => s + m.logitScale, 0) / 3, 5);
	});

	it('shows each member its own part of what words and the bank mean', async () => {
		const [text] = await encoder.encodeTexts(['a red ball']);
		for (const [m, member] of encoder.members!.entries()) {
			const [own] = await members[m]!.encodeTexts(['a red ball']);
			expectClose(`text of ${m}`, member.partOf(text!), own!, 2e-2);
			expectClose(`bank of ${m}`, member.partOf(encoder.bank!.embeddings[1]!), members[m]!.bank!.embeddings[1]!, 2e-2);
			expect(member.logitScale).toBe(members[m]!.logitScale);
		}
	});

	it('has gradients of central differences to its pictures, to 1 in 1,000', async () => {
		const reference = createReferenceEngine();
		const images = input('images', [1, 16, 16, 3]);
		const toward = input('toward', [1, encoder.width]);
		const value = reshape(sum(mul(encoder.imageGraph(images), toward)), []);
		const program = await reference.compile({ value, gradient: gradients(value, [images])[0]! });
		const stream = new Random(8);
		const feed = {
			images: pictures.slice(0, 16 * 16 * 3),
			toward: Float32Array.from({ length: encoder.width }, () => stream.normal()),
		};
		const { gradient } = await program.run(feed);
		const direction = Float32Array.from(feed.images, () => stream.normal());
		const at = async (step: number) => {
			const moved = feed.images.map((x, i) => x + step * direction[i]!);
			return (await program.run({ ...feed, images: moved })).value![0]!;
		};
		const step = 1e-3;
		const numeric = ((await at(step)) - (await at(-step))) / (2 * step);
		const derived = dot(gradient!, direction);
		expect(Math.abs(numeric - derived)).toBeLessThan(1e-3 * Math.max(1, Math.abs(derived)));
	});

	it('guides a drawing by its members in turn, and judges it by all; a resumed run equals an uninterrupted one', async () => {
		const recipe = parseRecipe({
			prompts: 'a red ball',
			encoder: { name: whole },
			...{
				size: [48, 48],
				canvas: 24,
				steps: 5,
				candidates: 3,
				narrowAt: 0.5,
				views: 2,
				candidateViews: 1,
				strokes: { paths: 2 },
			},
			engine: { threads: 1 },
			seed: 4,
		});
		const opened = await openPainter(recipe);
		const { eyes, turn, jury } = opened.setup.guidance!;
		expect(eyes.map(({ member, share }) => [member, share])).toEqual(
			[0, 1, 2].map((m) => [m, expect.closeTo(1 / 3, 9)]),
		);
		for (const whose of [turn!, jury!])
			expect([0, 1, 2, 3].map((n) => [...whose(n)])).toEqual([[[0, 1]], [[1, 1]], [[2, 1]], [[0, 1]]]);
		const first = Painter.create(opened.setup);
		const events: [number, number][] = [];
		await first.run(({ value, scores }) => void events.push([value, scores[0]!]));
		const broken = Painter.create(opened.setup);
		for (let i = 0; i < 2; i++) await broken.advance();
		const path = join(root, 'snapshot.safetensors');
		saveSnapshot(path, broken);
		await opened.close();
		const again = await openPainter(opened.recipe);
		const resumed = loadSnapshot(path, again.setup);
		const later: [number, number][] = [];
		await resumed.run(({ value, scores }) => void later.push([value, scores[0]!]));
		expect(later).toEqual(events.slice(2));
		expect(resumed.best.params).toEqual(first.best.params);
		expect(resumed.best.scores).toEqual(first.best.scores);
		await again.close();
	});

	it('that is damaged in one member says so when that one looks', async () => {
		const blind = join(root, 'blind');
		cpSync(whole, blind, { recursive: true });
		const path = join(blind, 'model.safetensors');
		const weights = readWeights(path);
		const { shape, data } = weights.get('members.2.visual.proj.weight')!;
		weights.set('members.2.visual.proj.weight', { shape, data: data.map(() => Number.NaN) });
		writeSafetensors(path, weights);
		const opened = await openPainter(parseRecipe({ prompts: 'a red ball', encoder: { name: blind }, ...small }));
		const painter = Painter.create(opened.setup);
		await painter.advance();
		await painter.advance();
		await expect(painter.advance()).rejects.toMatchObject({
			code: 'E_CHECKPOINT',
			message: expect.stringMatching(/first look of each encoder.*weights are damaged/),
		});
		await opened.close();
	});

	it('starts its means anew with other words', async () => {
		const opened = await openPainter(parseRecipe({ prompts: 'a red ball', encoder: { name: whole }, ...small }));
		const painter = Painter.create(opened.setup);
		await painter.advance();
		await painter.advance();
		expect(painter.best.looks).toHaveLength(2);
		await painter.edit({ do: 'words', prompts: 'a frame', negative: [] });
		expect(painter.best.looks).toBeUndefined();
		await painter.advance();
		expect(painter.best.looks).toHaveLength(1);
		await opened.close();
	});

	it('gives a step the mean of what its members saw last, not what the one saw whose turn it was', async () => {
		const opened = await openPainter(
			parseRecipe({
				prompts: 'a red ball',
				encoder: { name: whole },
				...{ size: [48, 48], canvas: 24, steps: 6, candidates: 1, views: 2, strokes: { paths: 2 }, tidy: false },
				engine: { threads: 1 },
			}),
		);
		const { guidance } = opened.setup;
		const seen: number[] = [];
		const eyes = guidance!.eyes.map((eye) => ({
			...eye,
			objective: {
				...eye.objective,
				async evaluate(batch: Float32Array, at?: Moment) {
					const result = await eye.objective.evaluate(batch, at);
					seen.push(result.scores[0]!);
					return result;
				},
			},
		}));
		const painter = Painter.create({ ...opened.setup, guidance: { ...guidance!, eyes } });
		const scores: number[] = [];
		await painter.run((event) => void scores.push(event.scores[0]!));
		expect(seen).toHaveLength(6);
		for (const [step, score] of scores.entries()) {
			const last = seen.slice(Math.max(0, step - 2), step + 1);
			expect(score).toBeCloseTo(last.reduce((a, b) => a + b) / last.length, 9);
		}
		await opened.close();
	});

	it('is made of encoders that go together', () => {
		const out = join(root, 'none');
		expect(() => writeEnsemble(folders.slice(0, 1), out, 'x')).toThrow(/2 to 16 encoders, got 1/);
		expect(() => writeEnsemble([folders[0]!, whole], out, 'x')).toThrow(/an encoder by itself, got the ensemble/);
		expect(() => writeEnsemble([folders[0]!, join(root, 'tower-0')], out, 'x')).toThrow(/tower-0/);
		expect(() => writeEnsemble([folders[0]!, folders[0]!], out, 'x')).toThrow(/member-1' twice/);
		expect(() => writeEnsemble(folders, folders[1]!, 'x')).toThrow(/a folder of its own/);
		expect(existsSync(join(folders[1]!, 'model.safetensors'))).toBe(true);
		const other = join(root, 'other');
		cpSync(folders[1]!, other, { recursive: true });
		const config = JSON.parse(readFileSync(join(other, 'config.json'), 'utf8')) as { words: string[] };
		writeFileSync(join(other, 'config.json'), JSON.stringify({ ...config, words: config.words.slice(1) }));
		expect(() => writeEnsemble([folders[0]!, other], out, 'x')).toThrow(/members with the same words, got .*other/);
		expect(existsSync(out)).toBe(false);
	});

	it('says what is missing of it', async () => {
		const damaged = join(root, 'damaged');
		cpSync(whole, damaged, { recursive: true });
		const path = join(damaged, 'model.safetensors');
		const weights = readWeights(path);
		const open = () => loadBuiltin(damaged, engine);
		weights.delete('members.1.visual.proj.weight');
		writeSafetensors(path, weights);
		await expect(open()).rejects.toMatchObject({
			code: 'E_CHECKPOINT',
			message: expect.stringMatching(/weight 'members\.1\.visual\.proj\.weight'/),
		});
		for (const name of weights.keys()) if (name.startsWith('members.2.')) weights.delete(name);
		writeSafetensors(path, weights);
		await expect(open()).rejects.toMatchObject({
			code: 'E_CHECKPOINT',
			message: expect.stringMatching(/weights of 3 members.*got 2 of them/),
		});
	});

	it('gives its first member to start training from', () => {
		const fresh = (): Weights =>
			new Map([...readWeights(join(folders[1]!, 'model.safetensors'))].filter(([name]) => name.startsWith('visual.')));
		const [given, own] = [fresh(), fresh()];
		expect(warmStart(given, whole, ['ball', 'bar', 'frame'])).toMatchObject({ weights: given.size, fresh: [] });
		warmStart(own, folders[0]!, ['ball', 'bar', 'frame']);
		for (const [name, { data }] of own) expectClose(name, given.get(name)!.data, data, 1e-2);
		const { model, weights } = readEncoderFolder(whole);
		expect(model.kind).toBe('builtin');
		expect(weights.has('visual.proj.weight')).toBe(true);
	});
});
