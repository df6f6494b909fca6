/** @file Judges: what they must show before their word counts, and the folder that holds one. */

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelsFolder } from '../../../src/encoders/find-encoder.js';
import { imageTower } from '../../../src/encoders/image-tower.js';
import { judgeFormat, openEncoder } from '../../../src/encoders/open-encoder.js';
import { ParameterStore } from '../../../src/encoders/parameters.js';
import { embeddingParts } from '../../../src/encoders/tower-parts.js';
import { type Engine, engineByName } from '../../../src/engines/index.js';
import { input } from '../../../src/tensor/index.js';
import { unitRows } from '../../../src/training/caption-targets.js';
import { checkpointWeights } from '../../../src/training/checkpoint.js';
import { trainConcepts } from '../../../src/training/concept-trainer.js';
import { pictureEmbeddings } from '../../../src/training/evaluation/embeddings.js';
import { checkJudge, openJudge, textJudge } from '../../../src/training/evaluation/judge.js';
import { writeJudge } from '../../../src/training/evaluation/write-judge.js';
import { toyTraining, writeToyCorpus } from '../toy-corpus.js';
import { colorEncoder, type Patch, paints, patchCorpus } from './toys.js';

let engine: Engine;
beforeAll(async () => {
	engine = await engineByName('onnxruntime', { threads: 1 });
});

describe('checkJudge', () => {
	const names = Object.keys(paints);
	const bar = { top1: 0.5, pictures: 3 };
	const patches = (source: string, heldOut = true): Patch[] =>
		Object.entries(paints).map(([concept, color]) => ({ concept, color, source, heldOut }));
	const corpus = patchCorpus([...patches('unseen'), ...patches('guide'), ...patches('judge')]);
	const judge = (meanings: Parameters<typeof colorEncoder>[0] = paints, learntFrom: string[] | undefined = ['judge']) =>
		textJudge(colorEncoder(meanings, learntFrom ? { learntFrom } : {}));

	it('accepts one that knows real pictures that neither learnt from', async () => {
		expect(await checkJudge(judge(), engine, corpus, names, ['guide'], bar)).toEqual({
			name: 'colours',
			valid: true,
			top1: 1,
			top5: 1,
			pictures: 6,
			names: 6,
			vendors: ['unseen'],
			saysWhatItLearnt: true,
		});
	});

	it('refuses one that does not know them, and says by how much', async () => {
		// Two of six words are right.
		const poor = { red: paints.red, green: paints.green, blue: paints.red, yellow: paints.red, cyan: paints.red };
		const report = await checkJudge(judge({ ...poor, magenta: paints.green }), engine, corpus, names, ['guide'], bar);
		// Ties are misses: 'red' itself is not told from the others that mean the same.
		expect(report).toMatchObject({ valid: false, top1: 0 });
		expect(report.reason).toMatch(/0\.0 % of 6 real pictures \(unseen\) among 6 names, of at least 50\.0 %/);
		const half = { ...paints, blue: paints.red, yellow: paints.green, cyan: paints.magenta };
		expect(await checkJudge(judge(half), engine, corpus, names, ['guide'], bar)).toMatchObject({ valid: false });
	});

	it('shows only names in use', async () => {
		const report = await checkJudge(judge(), engine, corpus, ['red', 'green', 'blue'], ['guide'], bar);
		expect(report).toMatchObject({ valid: true, pictures: 3, names: 3 });
	});

	it('refuses one that cannot be shown enough pictures', async () => {
		const few = await checkJudge(judge(), engine, corpus, ['red', 'green'], ['guide'], bar);
		expect(few).toMatchObject({ valid: false, pictures: 2, reason: expect.stringMatching(/only 2 pictures/) });
		// The bar in use asks for many more than this.
		expect(await checkJudge(judge(), engine, corpus, names, ['guide'])).toMatchObject({ valid: false });
	});

	it('refuses one where every vendor was learnt from by either', async () => {
		for (const [own, guide] of [
			[['judge', 'unseen'], ['guide']],
			[['judge'], ['guide', 'unseen']],
		] as const) {
			const report = await checkJudge(judge(paints, [...own]), engine, corpus, names, guide, bar);
			expect(report).toMatchObject({ valid: false, pictures: 0 });
			expect(report.reason).toMatch(/neither it nor the guiding encoder.*guide, judge, unseen/);
		}
	});

	it('takes one at its word that does not say what it learnt from, and says so', async () => {
		const report = await checkJudge(textJudge(colorEncoder(paints)), engine, corpus, names, ['guide'], bar);
		expect(report).toMatchObject({ valid: true, saysWhatItLearnt: false, vendors: ['judge', 'unseen'] });
	});
});

describe('a judge in a folder', () => {
	const root = mkdtempSync(join(tmpdir(), 'judge-'));
	const checkpoint = join(root, 'checkpoint');
	const folder = join(root, 'judge');
	let corpus: string;
	const config = () => {
		const base = toyTraining({ steps: 2, shares: 1, eps: [0, 0] });
		const { embedding, size } = base.objective.tower;
		const tower = { kind: 'pool' as const, size, stem: 8, stages: [{ channels: 8, blocks: 1 }], embedding };
		return { ...base, objective: { ...base.objective, tower } };
	};
	beforeAll(async () => {
		corpus = writeToyCorpus();
		await trainConcepts(config(), { corpus, out: checkpoint, threads: false });
		await writeJudge({ checkpoint, corpus, out: folder, name: 'toy judge' });
	});
	afterAll(() => {
		rmSync(root, { recursive: true });
		rmSync(corpus, { recursive: true });
	});

	it('is the tower and the prototypes of the checkpoint, to half precision', async () => {
		const judge = await openJudge(folder, engine);
		expect(judge).toMatchObject({ name: 'toy judge', imageSize: 16, width: 8, learntFrom: ['toy'] });
		const { weights, config: trained } = checkpointWeights(checkpoint);
		const prototypes = unitRows(weights, 'prototypes.concepts');
		const [bar, none, ball] = await judge.names(['bar', 'nothing of the kind', 'ball']);
		expect(none).toBeUndefined();
		bar!.forEach((x, i) => {
			expect(x).toBeCloseTo(prototypes[1]![i]!, 2);
		});
		expect(await judge.prompts([{ text: 'a red ball', concepts: ['ball'] }])).toEqual([ball]);
		expect(await judge.prompts([{ text: 'a ball and a bar', concepts: ['ball', 'bar'] }])).toEqual([undefined]);
		expect(await judge.prompts([{ text: 'a yak', concepts: [] }])).toEqual([undefined]);

		const fill = (i: number, out: Float32Array, offset: number) => out.fill(0.2 + 0.3 * i, offset, offset + 768);
		const rows = await pictureEmbeddings(judge, engine, 2, fill);
		const images = input('images', [2, 16, 16, 3]);
		const { tower } = trained.objective;
		const [shape] = embeddingParts(tower, imageTower(tower, new ParameterStore(weights), images));
		const feed = new Float32Array(2 * 768);
		for (const i of [0, 1]) fill(i, feed, i * 768);
		const exact = (await (await engine.compile({ shape })).run({ images: feed })).shape!;
		rows.forEach((row, i) => {
			expect(Math.hypot(...row)).toBeCloseTo(1, 5);
			row.forEach((x, k) => {
				expect(x).toBeCloseTo(exact[i * 8 + k]!, 1);
			});
		});
		expect(statSync(join(folder, 'model.safetensors')).size).toBeLessThan(20_000);
	});

	it('reports its accuracy on the held-out pictures, and what it learnt from', async () => {
		const report = await writeJudge({ checkpoint, corpus, out: join(root, 'again'), name: 'again' });
		expect(report).toMatchObject({ pictures: 3, provenance: { learntFrom: ['toy'], shareAlike: [] } });
		expect(report.top5).toBe(1);
	});

	it('never guides a drawing', async () => {
		await expect(openEncoder(folder, engine)).rejects.toMatchObject({
			code: 'E_CHECKPOINT',
			message: expect.stringMatching(/got the judge.*eval --judge/),
		});
	});

	it('may be an encoder with words, too', async () => {
		const judge = await openJudge(join(modelsFolder(), 'builtin'), engine);
		const [row] = await judge.names(['cat']);
		expect(row).toHaveLength(judge.width);
		expect(await judge.prompts([{ text: 'a cat and a dog', concepts: ['cat', 'dog'] }])).toHaveLength(1);
	});

	it('says what is wrong with a damaged one', async () => {
		const path = join(folder, 'config.json');
		const whole = readFileSync(path, 'utf8');
		for (const [damage, message] of [
			[whole.replace('"stem":8', '"stem":9'), /visual\.stem/],
			[whole.replace('"names":[', '"names":["one more",'), /prototypes/],
			[JSON.stringify({ format: judgeFormat }), /config\.json in .*: 'name'/],
		] as const) {
			writeFileSync(path, damage);
			await expect(openJudge(folder, engine)).rejects.toMatchObject({
				code: 'E_CHECKPOINT',
				message: expect.stringMatching(message),
			});
		}
		writeFileSync(path, whole);
		await expect(openJudge(join(root, 'nowhere'), engine)).rejects.toMatchObject({ code: 'E_ARGUMENT' });
	});
});
