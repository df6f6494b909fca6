/** @file Steered runs in their folders, and branches of them: what the recipe says, drawn from nothing, is what was drawn. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { branch, branchedRecipe } from '../../src/export/branch.js';
import { framesOf, openFinishedRun } from '../../src/export/finished-run.js';
import { formats } from '../../src/export/formats.js';
import { keptSteps } from '../../src/export/kept-snapshots.js';
import { type RunHooks, runInFolder } from '../../src/export/run.js';
import { RunFolder } from '../../src/export/run-folder.js';
import { moment } from '../../src/export/timelapse.js';
import { Painter } from '../../src/painter/painter.js';
import { openPainter } from '../../src/painter/setup.js';
import { loadSnapshot } from '../../src/painter/snapshot.js';
import { extractRecipe } from '../../src/recipe/carry/index.js';
import type { EditRequest } from '../../src/recipe/edits.js';
import { parseRecipe, type RecipeInput } from '../../src/recipe/schema.js';
import { tinyEncoder } from '../painter/toys.js';

let root: string;
beforeAll(() => {
	root = mkdtempSync(join(tmpdir(), 'atelier-branch-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const encoder = tinyEncoder();
const recipe = parseRecipe({
	prompts: 'a cat',
	strokes: { paths: 3 },
	engine: { name: 'reference' },
	size: [40, 32],
	canvas: 16,
	steps: 10,
	seed: 4,
	candidates: 2,
});

/** Draw a recipe, with edits after the steps that are named. */
async function draw(
	written: RecipeInput,
	edits: Readonly<Record<number, readonly EditRequest[]>> = {},
	hooks: RunHooks = {},
): Promise<RunFolder> {
	const opened = await openPainter(parseRecipe(written), { encoder });
	const folder = RunFolder.create(opened.recipe, root);
	const painter = Painter.create(opened.setup);
	const onStep = async ({ step }: { step: number }) => {
		for (const edit of edits[step] ?? []) await painter.edit(edit);
	};
	await runInFolder(painter, folder, opened, { onStep, ...hooks });
	await opened.close();
	return folder;
}

const bytes = (folder: RunFolder, name: string) => readFileSync(join(folder.path, name));
const edits: Readonly<Record<number, readonly EditRequest[]>> = {
	2: [{ do: 'words', prompts: 'a {red|blue} dog', negative: 'text' }],
	3: [
		{
			do: 'add',
			line: [
				[0.2, 0.2],
				[0.5, 0.6],
				[0.8, 0.7],
			],
			width: 0.1,
			color: [0, 0.5, 1],
		},
	],
	6: [
		{ do: 'move', strokes: [0, 3], by: [0.1, 0] },
		{ do: 'erase', strokes: [1] },
	],
};

let parent: RunFolder;
beforeAll(async () => {
	parent = await draw(recipe, edits, { keepSnapshots: 5 });
});

describe('a steered run', () => {
	it('has its edits in recipe.json and in its pictures, and draws the same from there', async () => {
		const written = JSON.parse(bytes(parent, 'recipe.json').toString()) as RecipeInput;
		expect(written.edits!.map((edit) => [edit.at, edit.do])).toEqual([
			[2, 'words'],
			[3, 'add'],
			[6, 'move'],
			[6, 'erase'],
		]);
		for (const name of ['image.png', 'image.svg'])
			expect(extractRecipe(bytes(parent, name))!.recipe.edits).toEqual(written.edits);
		const again = await draw(written);
		for (const name of ['recipe.json', 'image.png', 'image.svg', 'snapshot', 'frames.bin'])
			expect(bytes(again, name).equals(bytes(parent, name)), name).toBe(true);
	});

	it('without edits has a recipe that says nothing of them', async () => {
		const plain = await draw({ ...recipe, steps: 1 });
		expect(JSON.parse(bytes(plain, 'recipe.json').toString())).not.toHaveProperty('edits');
	});

	it('keeps where its pictures are', async () => {
		const picture = join(root, 'picture.png');
		writeFileSync(picture, bytes(parent, 'image.png'));
		const folder = await draw(
			{ ...recipe, prompts: [], images: [{ path: picture }], steps: 3 },
			{ 1: [{ do: 'words', prompts: 'a dog' }] },
		);
		const written = JSON.parse(bytes(folder, 'recipe.json').toString()) as RecipeInput;
		expect(written.images![0]!.path).toBe('input.png');
		expect(written.edits).toHaveLength(1);
		const again = await draw(RunFolder.find(folder.path).recipe());
		expect(bytes(again, 'snapshot').equals(bytes(folder, 'snapshot'))).toBe(true);
	});

	it('is a film in which an added stroke appears', () => {
		const run = openFinishedRun(parent.path);
		expect(run.renderer.elements).toBe(4);
		const frames = framesOf(run);
		expect(frames.map((frame) => frame.step)).toEqual(Array.from({ length: 11 }, (_, step) => step));
		const opacity = (step: number) => moment(frames, step).colors![15];
		expect([opacity(0), opacity(2), opacity(2.5), opacity(3), opacity(10)]).toEqual([0, 0, 0.5, 1, 1]);
		// It stays where it will be while it is invisible.
		expect(frames[0]!.params.points!.slice(24)).toEqual(frames[3]!.params.points!.slice(24));
	});

	it.each(['gif', 'animated-svg', 'sheet', 'apng'])('is exported as %s', async (format) => {
		const { bytes: made } = await formats[format]!.make(openFinishedRun(parent.path), { seconds: 0.2, fps: 10 });
		expect(made.length).toBeGreaterThan(100);
	});

	it('goes on from its snapshot with all of its film', async () => {
		const stopped = await draw(recipe, edits);
		const opened = await openPainter(stopped.recipe(), { encoder });
		const painter = loadSnapshot(join(parent.path, 'snapshots', '4'), opened.setup);
		await runInFolder(painter, stopped, opened);
		for (const name of ['snapshot', 'frames.bin', 'image.png'])
			expect(bytes(stopped, name).equals(bytes(parent, name)), name).toBe(true);
	});
});

describe('snapshots that are kept', () => {
	it('are evenly spaced, and no more than asked for, however long the run is', () => {
		expect(keptSteps(parent)).toEqual([2, 4, 6, 8, 10]);
	});

	it('take no more bytes than they may', async () => {
		const alone = { ...recipe, candidates: 1 };
		const size = statSync((await draw({ ...alone, steps: 1 })).file('snapshot')).size;
		const few = await draw(alone, {}, { keepSnapshots: 100, snapshotBytes: 3.5 * size });
		expect(keptSteps(few)).toEqual([4, 8]);
		const none = await draw({ ...recipe, steps: 3 }, {}, { keepSnapshots: 100, snapshotBytes: 10 });
		expect(keptSteps(none)).toEqual([]);
		expect(existsSync(join((await draw({ ...recipe, steps: 1 })).path, 'snapshots'))).toBe(false);
	});
});

describe('a branch', () => {
	it.each([
		[0, 0],
		[3, 2],
		[6, 6],
		[9, 8],
	])('at step %i starts from the snapshot of %i, and is what its recipe draws from nothing', async (at, from) => {
		const made = await branch(parent.path, at, { prompts: 'a bird' }, { encoder });
		expect(made.painter.step).toBe(from);
		expect(made.recipe.edits.map((edit) => edit.at)).toEqual([2, 3, 6, 6].filter((step) => step <= at).concat(at));
		const folder = made.create(root);
		await runInFolder(made.painter, folder, made.opened);
		const again = await draw(RunFolder.find(folder.path).recipe());
		for (const name of ['recipe.json', 'image.png', 'image.svg', 'snapshot', 'frames.bin'])
			expect(bytes(again, name).equals(bytes(folder, name)), name).toBe(true);
		// The parent's past, and another drawing.
		const steps = readFileSync(folder.file('metrics.jsonl'), 'utf8').match(/"event":"step"/g);
		expect(steps).toHaveLength(10);
		expect(framesOf(openFinishedRun(folder.path))).toHaveLength(11);
		expect(bytes(folder, 'snapshot').equals(bytes(parent, 'snapshot'))).toBe(false);
		expect(keptSteps(folder)).toEqual(keptSteps(parent).filter((step) => step <= from));
	});

	it('that changes nothing draws its parent again', async () => {
		const made = await branch(parent, 7, {}, { encoder });
		const folder = made.begin(join(root, 'same'));
		await runInFolder(made.painter, folder, made.opened);
		expect(bytes(folder, 'image.png').equals(bytes(parent, 'image.png'))).toBe(true);
		expect(readdirSync(folder.path)).toContain('snapshots');
	});

	it('of another length is drawn anew', async () => {
		const made = await branch(parent, 8, { prompts: 'a bird', steps: 12 }, { encoder });
		expect(made.painter.step).toBe(0);
		expect(made.recipe.steps).toBe(12);
	});

	it('passes over snapshots that are damaged', async () => {
		const copy = await draw(recipe, {}, { keepSnapshots: 5 });
		writeFileSync(join(copy.path, 'snapshots', '6'), 'damaged');
		const made = await branch(copy, 7, { prompts: 'a bird' }, { encoder });
		expect(made.painter.step).toBe(4);
	});

	it('keeps what is not said as it was then', () => {
		const was = parent.recipe();
		const later = branchedRecipe(was, 5, { prompts: ['a bird'] }).edits.at(-1);
		expect(later).toMatchObject({ at: 5, prompts: [{ text: 'a bird' }], negative: [{ text: 'text' }] });
		const earlier = branchedRecipe(was, 1, { negative: 'ink' }).edits;
		expect(earlier).toMatchObject([{ at: 1, prompts: [{ text: 'a cat' }], negative: [{ text: 'ink' }] }]);
		const undone = { ...was, edits: [...was.edits.slice(0, 1), { at: 4, do: 'undo' } as const] };
		expect(branchedRecipe(undone, 5, { negative: 'ink' }).edits.at(-1)).toMatchObject({ prompts: [{ text: 'a cat' }] });
	});

	it.each([-1, 10, 2.5])('is refused at step %s', async (step) => {
		await expect(branch(parent, step, { prompts: 'a bird' }, { encoder })).rejects.toMatchObject({
			code: 'E_ARGUMENT',
			message: expect.stringMatching(/a step from 0 to 9/),
		});
	});
});
