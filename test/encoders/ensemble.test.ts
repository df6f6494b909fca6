/** @file Several encoders as one: what it makes of pictures and words is what its members make of them, and drawings are guided by each in turn. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBuiltin } from '../../src/encoders/builtin.js';
import type { DualEncoder } from '../../src/encoders/encoder.js';
import { Programs } from '../../src/encoders/programs.js';
import { dot } from '../../src/encoders/vectors.js';
import { type Engine, engineByName } from '../../src/engines/index.js';
import { createReferenceEngine } from '../../src/engines/reference/index.js';
import { Painter } from '../../src/painter/painter.js';
import { openPainter } from '../../src/painter/setup.js';
import { loadSnapshot, saveSnapshot } from '../../src/painter/snapshot.js';
import { Random } from '../../src/random.js';
import { parseRecipe } from '../../src/recipe/schema.js';
import { gradients, input, mul, reshape, sum } from '../../src/tensor/index.js';
import { trainConcepts } from '../../src/training/concept-trainer.js';
import { writeEnsemble } from '../../src/training/ensemble-stage.js';
import { finishEncoder } from '../../src/training/finish.js';
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
			...{ size: [48, 48], canvas: 24, steps: 5, candidates: 3, narrowAt: 0.5, views: 2, strokes: { paths: 2 } },
			engine: { threads: 1 },
			seed: 4,
		});
		const opened = await openPainter(recipe);
		const { eyes, turn } = opened.setup.guidance!;
		expect(eyes.map(({ member, share }) => [member, share])).toEqual(
			[0, 1, 2].map((m) => [m, expect.closeTo(1 / 3, 9)]),
		);
		expect([0, 1, 2, 3].map((step) => [...turn!(step)])).toEqual([[[0, 1]], [[1, 1]], [[2, 1]], [[0, 1]]]);
		const first = Painter.create(opened.setup);
		await first.run();
		const broken = Painter.create(opened.setup);
		for (let i = 0; i < 2; i++) await broken.advance();
		const path = join(root, 'snapshot.safetensors');
		saveSnapshot(path, broken);
		await opened.close();
		const again = await openPainter(opened.recipe);
		const resumed = loadSnapshot(path, again.setup);
		await resumed.run();
		expect(resumed.best.params).toEqual(first.best.params);
		expect(resumed.best.scores).toEqual(first.best.scores);
		await again.close();
	});

	it('is made of encoders that go together', () => {
		const out = join(root, 'none');
		expect(() => writeEnsemble(folders.slice(0, 1), out, 'x')).toThrow(/two encoders or more, got 1/);
		expect(() => writeEnsemble([folders[0]!, whole], out, 'x')).toThrow(/an encoder by itself, got the ensemble/);
		expect(() => writeEnsemble([folders[0]!, join(root, 'tower-0')], out, 'x')).toThrow(/tower-0/);
	});
});
