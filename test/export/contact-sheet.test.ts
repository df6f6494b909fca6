/** @file Contact sheets: every picture whole and in its place, labels beside them, in any script. */

import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { contactSheet, pictureGrid } from '../../src/export/contact-sheet.js';
import { type Picture, toBytes } from '../../src/image.js';

/** One colour each, so that they can be found again. */
function plain(r: number, g: number, b: number, width = 60, height = 40): Picture {
	const data = new Float32Array(width * height * 3);
	for (let i = 0; i < data.length; i += 3) data.set([r, g, b], i);
	return { width, height, data };
}
const colors: readonly [number, number, number][] = [
	[1, 0, 0],
	[0, 1, 0],
	[0, 0, 1],
	[1, 1, 0],
	[0, 1, 1],
	[1, 0, 1],
];

/** Where pixels of exactly this colour lie. */
async function boxOf(png: Buffer, color: readonly number[]) {
	const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
	let [left, top, right, bottom] = [info.width, info.height, -1, -1];
	for (let p = 0; p < info.width * info.height; p++) {
		if (color.some((v, c) => data[3 * p + c] !== 255 * v)) continue;
		const [x, y] = [p % info.width, Math.floor(p / info.width)];
		[left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
	}
	return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

describe('contactSheet', () => {
	it('has rows and columns in their order, and leaves a place without a picture empty', async () => {
		const png = contactSheet({
			rows: ['seed 1', 'seed 2'],
			columns: ['a red heart', 'ein sehr langes Wort ohne Ende in dieser Spalte', '赤いハート'],
			title: 'Hearts',
			cell: (row, column) => (row === 1 && column === 2 ? undefined : plain(...colors[3 * row + column]!)),
		});
		const boxes = await Promise.all(colors.slice(0, 5).map((color) => boxOf(png, color)));
		for (const { width, height } of boxes) expect([width, height]).toEqual([60, 40]);
		const [a, b, c, d, e] = boxes as [(typeof boxes)[0], ...typeof boxes];
		expect([b!.left - a.left, c!.left - b!.left, e!.left - d!.left]).toEqual([68, 68, 68]);
		expect([a.top, d!.top - a.top, d!.left]).toEqual([c!.top, 48, a.left]);
		expect((await boxOf(png, colors[5]!)).width).toBeLessThan(1);
		// Room for the labels of the rows, for four lines above the second column, and for the title.
		expect(a.left).toBeGreaterThan(90);
		expect(a.top).toBeGreaterThan(4 * 20 + 27);
	});

	it('writes a word where there is no picture', async () => {
		const sheet = (word?: string) =>
			contactSheet({
				rows: [''],
				columns: ['', ''],
				cell: (_, column) => (column === 0 ? plain(...colors[0]!) : word),
			});
		const place = { left: 76, top: 8, width: 60, height: 40 };
		const entropy = async (png: Buffer) =>
			(await sharp(await sharp(png).extract(place).png().toBuffer()).stats()).entropy;
		expect(await entropy(sheet())).toBe(0);
		expect(await entropy(sheet('failed'))).toBeGreaterThan(0);
		expect(await sharp(sheet('failed')).metadata()).toMatchObject({ width: 8 + 2 * 68, height: 56 });
	});

	it('without labels takes no room for them', async () => {
		const png = contactSheet({ rows: [''], columns: ['', ''], cell: (_, column) => plain(...colors[column]!) });
		expect(await sharp(png).metadata()).toMatchObject({ width: 8 + 2 * 68, height: 56 });
	});

	it('puts smaller pictures into the middle', async () => {
		const png = contactSheet({
			rows: ['', ''],
			columns: [''],
			cell: (row) => (row === 0 ? plain(...colors[0]!) : plain(...colors[1]!, 20, 30)),
		});
		expect(await boxOf(png, colors[1]!)).toEqual({ left: 28, top: 61, width: 20, height: 30 });
	});

	it('is refused without pictures, and when it would be too large', () => {
		expect(() => contactSheet({ rows: [''], columns: [''], cell: () => undefined })).toThrow(/at least one picture/);
		const large = plain(0, 0, 0, 2000, 10);
		const rows = Array.from({ length: 10 }, () => '');
		expect(() => contactSheet({ rows, columns: rows, cell: () => large })).toThrow(/at most 16384 px/);
	});
});

describe('pictureGrid', () => {
	it('has all pictures, whole', async () => {
		const png = pictureGrid(
			colors.map((c, i) => ({ picture: plain(...c), label: `Nummer ${i} مع تسمية طويلة جدا` })),
			4,
		);
		for (const [i, color] of colors.entries()) {
			const box = await boxOf(png, color);
			expect(box).toMatchObject({ left: 8 + 68 * (i % 4), width: 60, height: 40 });
			const { data } = await sharp(png).extract(box).removeAlpha().raw().toBuffer({ resolveWithObject: true });
			expect(data.equals(toBytes(plain(...color)))).toBe(true);
		}
	});
});
