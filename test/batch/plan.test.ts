import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDocument } from '../../src/batch/document.js';
import { type Plan, planBatch } from '../../src/batch/plan.js';
import { writeDisc } from '../cli/run-cli.js';

const root = mkdtempSync(join(tmpdir(), 'atelier-plan-'));
beforeAll(() => writeDisc(join(root, 'disc.png')));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const plan = (data: object): Promise<Plan> => planBatch(checkDocument(data, 'x.yaml'), { folder: root, name: 'x' });
const texts = ({ cells }: Plan) => cells.map(({ recipe }) => recipe.prompts.map((p) => p.text).join(' + '));
const refused = (data: object, message: RegExp) =>
	expect(plan(data)).rejects.toThrow(expect.objectContaining({ message: expect.stringMatching(message) }));

describe('planBatch', () => {
	it('makes a cell of every combination, the last axis fastest', async () => {
		const made = await plan({
			recipe: { steps: 5 },
			axes: { prompts: ['a leaf', 'a tree:0.5 | grass'], 'strokes.paths': '4-8 (+4)', seeds: [7, '1-2'] },
		});
		expect(made.axes).toEqual([
			{ name: 'prompts', labels: ['a leaf', 'a tree:0.5 | grass'] },
			{ name: 'strokes.paths', labels: ['4', '8'] },
			{ name: 'seed', labels: ['7', '1', '2'] },
		]);
		expect(made.cells.map(({ recipe }) => [recipe.strokes.paths, recipe.seed])).toEqual(
			[0, 1].flatMap(() => [4, 8].flatMap((paths) => [7, 1, 2].map((seed) => [paths, seed]))),
		);
		expect(texts(made).slice(5, 7)).toEqual(['a leaf', 'a tree + grass']);
		expect(made.cells[6]!.recipe.prompts[0]!.weight).toBe(0.5);
		expect(new Set(made.cells.map((c) => c.folder)).size).toBe(12);
		expect(new Set(made.cells.map((c) => c.group)).size).toBe(2);
		expect(made.cells.every(({ recipe }) => recipe.steps === 5 && recipe.encoder.hash?.length === 64)).toBe(true);
	});

	it('gives a cell the same identity whatever stands around it in the file', async () => {
		const wide = await plan({ recipe: { prompts: 'a leaf' }, axes: { seeds: '1-4', renderer: ['strokes', 'pixels'] } });
		const row = await plan({ rows: [{ prompt: 'a leaf', seed: 3 }] });
		expect(row.cells[0]!.hash).toBe(wide.cells[4]!.hash);
		expect(row.cells[0]!.folder).toBe(wide.cells[4]!.folder);
	});

	it('sets any field: lists, objects, entries of lists, whole texts', async () => {
		const made = await plan({
			recipe: { prompts: 'a leaf | a tree' },
			axes: {
				'prompts.1.weight': [0.5, -1],
				size: [
					[64, 32],
					[32, 32],
				],
				strokes: [{ paths: 3 }, { style: 'clipdraw' }],
				'strokes.background': [0.5, 0.5, 0.5],
			},
		});
		expect(made.cells).toHaveLength(8);
		expect(made.cells[0]!.recipe).toMatchObject({
			prompts: [{ text: 'a leaf' }, { text: 'a tree', weight: 0.5 }],
			size: [64, 32],
			strokes: { paths: 3, style: 'line', background: [0.5, 0.5, 0.5] },
		});
		expect(made.cells[7]!.recipe).toMatchObject({ size: [32, 32], strokes: { paths: 8, style: 'clipdraw' } });
		expect(made.axes[1]!.labels).toEqual(['64x32', '32x32']);
	});

	it('reads texts of tables as what their fields are', async () => {
		const made = await plan({
			rows: [{ prompts: '12', 'strokes.paths': '12', 'pixels.color': 'false', size: '[32, 40]' }],
		});
		expect(made.cells[0]!.recipe).toMatchObject({ prompts: [{ text: '12' }], strokes: { paths: 12 }, size: [32, 40] });
		await refused(
			{ rows: [{ prompt: 'a leaf', 'strokes.paths': 'many' }] },
			/cell 1.*'strokes.paths': expected a whole number .*'many'/,
		);
	});

	it('replaces words in prompts: the first value is looked for', async () => {
		const made = await plan({
			recipe: { prompts: 'a red leaf | $& grass' },
			axes: { replace: ['red', 'green', '$&'] },
		});
		expect(texts(made)).toEqual(['a red leaf + $& grass', 'a green leaf + $& grass', 'a $& leaf + $& grass']);
		await refused(
			{ recipe: { prompts: 'a leaf' }, axes: { replace: ['red', 'blue'] } },
			/'replace'.*expected 'red' in the prompts/,
		);
	});

	it('fills wildcards in from the seed of each cell, and keeps the template', async () => {
		const data = { recipe: { prompts: 'a {red|green|blue|yellow} leaf' }, axes: { seeds: '1-8' } };
		const made = await plan(data);
		expect(new Set(texts(made)).size).toBeGreaterThan(1);
		expect(made.cells.every(({ recipe }) => recipe.prompts[0]!.template === data.recipe.prompts)).toBe(true);
		expect(texts(await plan(data))).toEqual(texts(made));
	});

	it('decides open seeds: each another, the same whenever the file is read', async () => {
		const data = {
			rows: [
				{ prompt: 'a leaf', seed: -1 },
				{ prompt: 'a leaf', seed: -1 },
				{ prompt: 'a tree', seed: -1 },
			],
		};
		const seeds = (await plan(data)).cells.map(({ recipe }) => recipe.seed);
		expect(new Set(seeds).size).toBe(3);
		expect(Math.min(...seeds)).toBeGreaterThanOrEqual(0);
		expect((await plan(data)).cells.map(({ recipe }) => recipe.seed)).toEqual(seeds);
	});

	it('lays presets under the settings, from files beside the batch', async () => {
		const preset = { title: 'Ink', prompt: '{prompt} in ink', recipe: { strokes: { color: 'black', paths: 30 } } };
		writeFileSync(join(root, 'ink.json'), JSON.stringify(preset));
		const made = await plan({ axes: { presets: ['./ink.json', null], prompts: ['a leaf'], 'strokes.paths': [9] } });
		expect(texts(made)).toEqual(['a leaf in ink', 'a leaf']);
		expect(made.cells.map(({ recipe }) => [recipe.strokes.color, recipe.strokes.paths])).toEqual([
			['black', 9],
			['color', 9],
		]);
		expect(made.axes[0]!.labels).toEqual(['Ink', 'no preset']);
		await refused({ axes: { presets: ['nowhere'], prompts: ['a leaf'] } }, /axis 'presets'.*nowhere/);
	});

	it('finds pictures beside the file, and knows them by what is in them', async () => {
		const made = await plan({ rows: [{ images: [{ path: 'disc.png' }] }] });
		expect(made.cells[0]!.recipe.images[0]).toMatchObject({
			path: join(root, 'disc.png'),
			sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
		});
		expect(made.cells[0]!.recipe.encoder.hash).toBeUndefined();
		const gone = plan({ rows: [{ images: [{ path: 'disc.png' }] }, { images: [{ path: 'gone.png' }] }] });
		await expect(gone).rejects.toThrow(expect.objectContaining({ code: 'E_IMAGE' }));
		// Which cell, and where it was looked for.
		await expect(gone).rejects.toThrow(/cell 2 \(images=gone\.png\): .*'gone\.png', which is not in '.*' or '/);
		await expect(gone).rejects.toThrow(`'${root}'`);
	});

	it('calls pictures by their files, and takes null for none', async () => {
		const disc = { path: './disc.png', use: 'prompt' };
		const recipe = { prompts: 'a leaf', images: [{ path: 'disc.png' }], strokes: { paths: 3 } };
		const made = await plan({ recipe, axes: { images: [null, [], [disc]], 'strokes.paths': [4, null] } });
		expect(made.axes).toEqual([
			{ name: 'images', labels: ['no picture', 'disc.png'] },
			{ name: 'strokes.paths', labels: ['4', 'default'] },
		]);
		expect(made.cells.map(({ recipe: { images, strokes } }) => [images.length, strokes.paths])).toEqual([
			[0, 4],
			[0, 8],
			[1, 4],
			[1, 8],
		]);
		const alike = await plan({ recipe, axes: { images: [[disc], [{ ...disc, use: 'redraw' }]] } });
		expect(alike.axes[0]!.labels).toEqual(['path ./disc.png, use prompt', 'path ./disc.png, use redraw']);
	});

	const base = { prompts: 'a leaf' };
	it.each<[object, RegExp]>([
		[{ recipe: base, axes: { 'strokes.pathz': [1] } }, /axis 'strokes.pathz': unknown recipe key.*'strokes.paths'/],
		[
			{ recipe: base, axes: { 'strokes.paths': [0] } },
			/strokes.paths=0.*'strokes.paths': expected a whole number from 1/,
		],
		[{ recipe: base, axes: { 'strokes.paths': 'few' } }, /axis 'strokes.paths': expected numbers, or ranges/],
		[{ recipe: base, axes: { seeds: [] } }, /axis 'seeds': expected at least one value/],
		[{ recipe: base, axes: { seeds: '1-3', seed: '1-2' } }, /one axis, got 'seed' twice/],
		[{ recipe: base, axes: { seeds: '1-200', steps: '1-51' } }, /at most 10000 cells, got 200 seed x 51 steps = 10200/],
		[{ recipe: base, axes: { seeds: '1-20000' } }, /axis 'seeds': expected at most 10000 numbers/],
		[{ axes: { seeds: '1-2' } }, /cell 1 \(seed=1\).*at least one prompt/],
		[{ recipe: { ...base, encoder: { name: 'nowhere' } } }, /expected an encoder/],
		[{ recipe: { prompts: 'a {red leaf' }, axes: { seeds: '1-2' } }, /cell 1/],
		[{ rows: [{ prompt: 'a leaf', replace: 'a' }] }, /row 1/],
	])('refuses %j and says where', (data, message) => refused(data, message));
});
