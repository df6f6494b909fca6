/** @file Timelapses as files, opened again: size, number of pictures, delays, the last picture, equal bytes for equal runs. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeApng } from '../../src/export/apng.js';
import type { FinishedRun } from '../../src/export/finished-run.js';
import { encodeGif } from '../../src/export/gif.js';
import { encodeMp4 } from '../../src/export/mp4.js';
import { type Timelapse, timelapse } from '../../src/export/timelapse.js';
import { encodeWebp } from '../../src/export/webp.js';
import { drawRun, meanDifference } from './runs.js';

let root: string;
let run: FinishedRun;
let film: Timelapse;
const listeners = () => [...process.listeners('uncaughtException'), ...process.listeners('unhandledRejection')];
let listenersBefore: unknown[];
beforeAll(async () => {
	listenersBefore = listeners();
	root = mkdtempSync(join(tmpdir(), 'atelier-films-'));
	// An odd width, which video does not have.
	run = await drawRun(root, { size: [47, 40] });
	film = timelapse(run, { fps: 10, seconds: 1.5 });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Every picture of a file, on the canvas that it is shown on. */
async function pages(bytes: Uint8Array): Promise<{ pictures: Buffer[]; delay: number[]; loop: number | undefined }> {
	const { pages = 0, delay = [], loop, width, pageHeight } = await sharp(bytes, { animated: true }).metadata();
	expect([width, pageHeight]).toEqual([47, 40]);
	const pictures = await Promise.all(
		Array.from({ length: pages }, (_, page) => sharp(bytes, { page }).removeAlpha().raw().toBuffer()),
	);
	return { pictures, delay, loop };
}

describe.each([
	['gif', encodeGif, 1.5],
	['webp', encodeWebp, 6],
] as const)('%s', (_, encode, tolerance) => {
	it('shows all pictures for their time, for ever', async () => {
		const { pictures, delay, loop } = await pages(await encode(film));
		expect(pictures).toHaveLength(film.count);
		expect(loop).toBe(0);
		expect(delay.slice(0, -1)).toEqual(Array.from({ length: film.count - 1 }, () => 100));
		expect(delay.reduce((a, b) => a + b)).toBe(1500);
		for (const i of [0, 3, film.count - 1])
			expect(meanDifference(pictures[i]!, await film.picture(i)), `picture ${i}`).toBeLessThan(tolerance);
		const image = await sharp(run.folder.file('image.png')).raw().toBuffer();
		expect(meanDifference(pictures.at(-1)!, image)).toBeLessThan(tolerance);
	});

	it('is the same bytes for the same run', async () => {
		expect(Buffer.from(await encode(film)).equals(await encode(timelapse(run, { fps: 10, seconds: 1.5 })))).toBe(true);
	});
});

describe('gif', () => {
	it('keeps its length where a rate is no whole number of hundredths', async () => {
		const { delay } = await pages(await encodeGif(timelapse(run, { fps: 30, seconds: 1 })));
		expect(new Set(delay.slice(0, -1))).toEqual(new Set([30, 40]));
		expect(delay.reduce((a, b) => a + b)).toBe(1000);
	});
});

describe('mp4', () => {
	/** Boxes of ISO 14496-12 by their path, the first of each. */
	function boxes(bytes: Buffer): Map<string, Buffer> {
		const found = new Map<string, Buffer>();
		const inner: Record<string, number> = { moov: 0, trak: 0, mdia: 0, minf: 0, stbl: 0, stsd: 8, avc1: 78 };
		const walk = (part: Buffer, path: string) => {
			for (let at = 0; at < part.length; ) {
				const size = part.readUInt32BE(at);
				expect(size).toBeGreaterThanOrEqual(8);
				expect(at + size).toBeLessThanOrEqual(part.length);
				const type = part.toString('latin1', at + 4, at + 8);
				const name = path ? `${path}/${type}` : type;
				const body = part.subarray(at + 8, at + size);
				if (!found.has(name)) found.set(name, body);
				if (inner[type] !== undefined) walk(body.subarray(inner[type]), name);
				at += size;
			}
		};
		walk(bytes, '');
		return found;
	}

	it('is a video of even sides with all pictures, the last one held', async () => {
		const found = boxes(Buffer.from(await encodeMp4(film)));
		expect([...found.keys()]).toEqual(expect.arrayContaining(['ftyp', 'mdat', 'moov', 'moov/mvhd']));
		const track = 'moov/trak/mdia';
		const tkhd = found.get('moov/trak/tkhd')!;
		expect([tkhd.readUInt32BE(76) / 65536, tkhd.readUInt32BE(80) / 65536]).toEqual([48, 40]);
		const stbl = `${track}/minf/stbl`;
		const samples = found.get(`${stbl}/stsz`)!.readUInt32BE(8);
		expect(samples).toBe(film.count + 4);
		const mdhd = found.get(`${track}/mdhd`)!;
		expect(mdhd.readUInt32BE(16) / mdhd.readUInt32BE(12)).toBeCloseTo(1.5, 3);
		// Samples lie where the table says, in mdat, each as long as it says.
		const sizes = found.get(`${stbl}/stsz`)!.subarray(12);
		let total = 0;
		for (let i = 0; i < samples; i++) total += sizes.readUInt32BE(4 * i);
		expect(total).toBeLessThanOrEqual(found.get('mdat')!.length);
		expect(found.get(`${stbl}/stsd/avc1/colr`)!.toString('hex')).toBe('6e636c780001000d000600');
	});

	it.each([0.5, 1.5, 12.5])('takes its time at %s pictures a second', async (fps) => {
		const slow = timelapse(run, { fps, seconds: 2 });
		const found = boxes(Buffer.from(await encodeMp4(slow)));
		for (const name of ['moov/mvhd', 'moov/trak/mdia/mdhd']) {
			const box = found.get(name)!;
			const seconds = (slow.count - 1) / fps + slow.hold;
			expect(box.readUInt32BE(16) / box.readUInt32BE(12), name).toBeCloseTo(seconds, 2);
		}
	});

	it('is the same bytes for the same run: without times', async () => {
		const bytes = Buffer.from(await encodeMp4(film));
		const found = boxes(bytes);
		for (const name of ['moov/mvhd', 'moov/trak/tkhd', 'moov/trak/mdia/mdhd'])
			expect(found.get(name)!.readBigUInt64BE(4)).toBe(0n);
		expect(bytes.equals(await encodeMp4(timelapse(run, { fps: 10, seconds: 1.5 })))).toBe(true);
	});

	it('leaves how the process dies of errors to others', async () => {
		await encodeMp4(timelapse(run, { fps: 2, seconds: 1 }));
		expect(listeners()).toEqual(listenersBefore);
	});
});

describe('apng', () => {
	it('is exact in every picture, and shows the last where nothing moves', async () => {
		const bytes = Buffer.from(await encodeApng(film));
		const still = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
		expect(still.info).toMatchObject({ width: 47, height: 40, channels: 3 });
		const image = await sharp(run.folder.file('image.png')).raw().toBuffer();
		expect(still.data.equals(image)).toBe(true);

		const shown = Buffer.alloc(47 * 40 * 3);
		let sequence = 0;
		let pictures = 0;
		let millis = 0;
		let region = { width: 0, height: 0, left: 0, top: 0 };
		for (const { type, data } of chunks(bytes)) {
			if (type === 'acTL') expect([data.readUInt32BE(0), data.readUInt32BE(4)]).toEqual([film.count, 0]);
			if (type !== 'fcTL' && type !== 'fdAT') continue;
			expect(data.readUInt32BE(0)).toBe(sequence++);
			if (type === 'fcTL') {
				const [width, height, left, top] = [4, 8, 12, 16].map((at) => data.readUInt32BE(at)) as [
					number,
					number,
					number,
					number,
				];
				region = { width, height, left, top };
				millis += (1000 * data.readUInt16BE(20)) / data.readUInt16BE(22);
				continue;
			}
			const stride = 3 * region.width;
			const rows = inflateSync(data.subarray(4));
			for (let y = 0; y < region.height; y++) {
				expect(rows[y * (stride + 1)]).toBe(2);
				for (let x = 0; x < stride; x++) {
					const up = y > 0 ? shown[3 * ((region.top + y - 1) * 47 + region.left) + x]! : 0;
					shown[3 * ((region.top + y) * 47 + region.left) + x] = rows[y * (stride + 1) + 1 + x]! + up;
				}
			}
			expect(shown.equals(await film.picture(pictures++)), `picture ${pictures}`).toBe(true);
		}
		expect(pictures).toBe(film.count);
		expect(millis).toBeCloseTo(1500, 6);
		expect(bytes.equals(await encodeApng(film))).toBe(true);
	});

	function* chunks(bytes: Buffer) {
		for (let at = 8; at < bytes.length; ) {
			const length = bytes.readUInt32BE(at);
			yield { type: bytes.toString('latin1', at + 4, at + 8), data: bytes.subarray(at + 8, at + 8 + length) };
			at += 12 + length;
		}
	}
});
