/** @file The sheet of a batch: what has been drawn, and what has failed. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDocument } from '../../src/batch/document.js';
import { type Plan, planBatch } from '../../src/batch/plan.js';
import { batchSheet } from '../../src/batch/sheet.js';

const root = mkdtempSync(join(tmpdir(), 'atelier-batch-sheet-'));
const picture = join(root, 'picture.png');
const planOf = (data: object): Promise<Plan> => planBatch(checkDocument(data, 'test'), { folder: root, name: 'test' });
beforeAll(async () => {
	await sharp({ create: { width: 64, height: 64, channels: 3, background: '#fff' } })
		.png()
		.toFile(picture);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Of two cells of which one has a picture. */
const sheetOf = (plan: Plan, failed: boolean) =>
	batchSheet(
		plan,
		(cell) => (cell === 0 ? picture : join(root, 'none.png')),
		() => failed,
	);

describe('batchSheet', () => {
	it('tells what has failed from what is not drawn yet', async () => {
		const plan = await planOf({ axes: { prompts: ['a leaf'], seeds: '1-2' } });
		const [open, failed] = [await sheetOf(plan, false), await sheetOf(plan, true)];
		expect(failed!.equals(open!)).toBe(false);
		const sizes = await Promise.all([open, failed].map(async (sheet) => (await sharp(sheet).metadata()).width));
		expect(sizes[0]).toBe(sizes[1]);
	});

	it('of rows has a place for what has failed, and none for what is not drawn yet', async () => {
		const plan = await planOf({ rows: [{ prompt: 'a leaf' }, { prompt: 'a tree' }] });
		const [open, failed] = [await sheetOf(plan, false), await sheetOf(plan, true)];
		const [narrow, wide] = await Promise.all(
			[open, failed].map(async (sheet) => (await sharp(sheet).metadata()).width),
		);
		expect(wide! - narrow!).toBe(64 + 8);
	});

	it('is none without any picture', async () => {
		const plan = await planOf({ axes: { prompts: ['a leaf'] } });
		expect(
			await batchSheet(
				plan,
				() => join(root, 'none.png'),
				() => true,
			),
		).toBeUndefined();
	});
});
