/** @file Pictures written and read back, and the files that are refused. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AtelierError } from '../src/errors.js';
import { fromBytes, picture, toBytes } from '../src/image.js';
import { encodePng, readPicture, readRaster, writePng } from '../src/image-io.js';

let folder = '';
const at = (name: string) => join(folder, name);

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'atelier-image-io-'));
});
afterAll(() => rm(folder, { recursive: true }));

const speckled = fromBytes(
	7,
	5,
	Uint8Array.from({ length: 105 }, (_, i) => (i * 73) % 256),
);

async function refusal(path: string): Promise<AtelierError> {
	const error = await readPicture(path).catch((thrown: unknown) => thrown);
	expect(error).toBeInstanceOf(AtelierError);
	return error as AtelierError;
}

describe('image files', () => {
	it('writes and reads back every 8-bit value', async () => {
		await writePng(at('a.png'), speckled);
		const back = await readPicture(at('a.png'));
		expect(back).toEqual(speckled);
		const gray = fromBytes(
			2,
			2,
			Uint8Array.from({ length: 12 }, (_, i) => Math.floor(i / 3) * 60),
		);
		await writePng(at('gray.png'), gray);
		expect(await readPicture(at('gray.png'))).toEqual(gray);
	});

	it('encodes equal pictures to equal bytes, with no text, time or profile', async () => {
		const bytes = await encodePng(speckled);
		expect(Buffer.compare(bytes, await encodePng({ ...speckled, data: speckled.data.slice() }))).toBe(0);
		const chunks: string[] = [];
		for (let i = 8; i < bytes.length; i += 12 + bytes.readUInt32BE(i))
			chunks.push(bytes.toString('latin1', i + 4, i + 8));
		expect(chunks.filter((name) => !['IHDR', 'pHYs', 'IDAT', 'IEND'].includes(name))).toEqual([]);
	});

	it('fits into the largest side, aspect kept, and never enlarges', async () => {
		await writePng(at('wide.png'), picture(40, 10, 0.5));
		const small = await readPicture(at('wide.png'), { maxSide: 20 });
		expect([small.width, small.height]).toEqual([20, 5]);
		const same = await readPicture(at('wide.png'), { maxSide: 100 });
		expect([same.width, same.height]).toEqual([40, 10]);
		await expect(readPicture(at('wide.png'), { maxSide: 0 })).rejects.toThrow('maxSide');
	});

	it('lays transparency on white', async () => {
		const rgba = Uint8Array.from([0, 0, 0, 0, 255, 0, 0, 255]);
		await sharp(rgba, { raw: { width: 2, height: 1, channels: 4 } })
			.png()
			.toFile(at('alpha.png'));
		expect(Array.from(toBytes(await readPicture(at('alpha.png'))))).toEqual([255, 255, 255, 255, 0, 0]);
	});

	it('reads one-channel, 16-bit and palette files as RGB', async () => {
		const raw = { raw: { width: 2, height: 1, channels: 3 as const } };
		const bytes = Uint8Array.from([100, 100, 100, 200, 200, 200]);
		await sharp(bytes, raw).toColourspace('b-w').png().toFile(at('one.png'));
		await sharp(bytes, raw).toColourspace('rgb16').png().toFile(at('deep.png'));
		await sharp(bytes, raw).png({ palette: true }).toFile(at('palette.png'));
		expect((await sharp(at('one.png')).metadata()).channels).toBe(1);
		expect((await sharp(at('deep.png')).metadata()).depth).toBe('ushort');
		for (const name of ['one.png', 'deep.png', 'palette.png']) {
			expect(Array.from(toBytes(await readPicture(at(name)))), name).toEqual(Array.from(bytes));
		}
	});

	it('turns a photograph upright', async () => {
		await sharp(
			Uint8Array.from({ length: 6 * 3 }, () => 90),
			{ raw: { width: 6, height: 1, channels: 3 } },
		)
			.withMetadata({ orientation: 6 })
			.jpeg()
			.toFile(at('turned.jpg'));
		const upright = await readPicture(at('turned.jpg'));
		expect([upright.width, upright.height]).toEqual([1, 6]);
	});

	it('says in one sentence what is wrong with a file', async () => {
		await writeFile(at('text.png'), 'not a picture');
		await writeFile(at('empty.png'), '');
		await mkdir(at('folder.png'));
		const whole = await encodePng(speckled);
		await writeFile(at('cut.png'), whole.subarray(0, whole.length - 40));
		for (const [name, what] of [
			['absent.png', 'does not exist'],
			['text.png', 'is no PNG'],
			['empty.png', 'is empty'],
			['cut.png', 'is damaged or cut off'],
			['folder.png', 'got the folder'],
		] as const) {
			const error = await refusal(at(name));
			expect(error.code).toBe('E_IMAGE');
			expect(error.message).toContain(`'${at(name)}'`);
			expect(error.message).toContain(what);
			expect(error.message).not.toContain('\n');
		}
	});

	it('refuses a file with a side above 16384 px before decoding it', async () => {
		await sharp({ create: { width: 16385, height: 1, channels: 3, background: '#fff' } })
			.png()
			.toFile(at('long.png'));
		const error = await refusal(at('long.png'));
		expect(error.code).toBe('E_IMAGE');
		expect(error.message).toContain('16385 x 1');
	});

	it('reports a file that cannot be written', async () => {
		await expect(writePng(at('no-such-folder/a.png'), speckled)).rejects.toMatchObject({ code: 'E_IO' });
	});
});

describe('JPEGs for print', () => {
	const colors = [
		[230, 20, 30],
		[250, 235, 10],
		[20, 60, 130],
		[255, 255, 255],
		[5, 5, 5],
	] as const;
	/** A patch of 16 px a colour, side by side, as cyan, magenta, yellow and black. */
	const printed = (): Promise<Buffer> => {
		const row = colors.flatMap((color) => Array.from({ length: 16 }, () => color).flat());
		const data = Uint8Array.from(Array.from({ length: 16 }, () => row).flat());
		return sharp(data, { raw: { width: 80, height: 16, channels: 3 } })
			.toColourspace('cmyk')
			.jpeg({ quality: 100 })
			.toBuffer();
	};
	/** Where the segment of Adobe's marker begins, and where it ends. */
	const adobe = (jpeg: Buffer): [number, number] => {
		let from = 2;
		while (jpeg[from + 1] !== 0xee) from += 2 + jpeg.readUInt16BE(from + 2);
		return [from, from + 2 + jpeg.readUInt16BE(from + 2)];
	};
	/** The middle of a patch. */
	const pixel = (data: ArrayLike<number>, channels: number, patch: number): number[] =>
		Array.from({ length: channels }, (_, c) => data[(8 * 80 + patch * 16 + 8) * channels + c]!);

	it("are read in their colours, with Adobe's marker and without", async () => {
		const marked = await printed();
		const [from, to] = adobe(marked);
		expect(marked.toString('latin1', from + 4, from + 9)).toBe('Adobe');
		const bare = Buffer.concat([marked.subarray(0, from), marked.subarray(to)]);
		expect((await sharp(bare).metadata()).space).toBe('cmyk');
		for (const jpeg of [marked, bare]) {
			const { data, width } = await readPicture(jpeg);
			expect(width).toBe(80);
			colors.forEach((color, patch) => {
				for (const [c, value] of pixel(data, 3, patch).entries())
					expect(Math.abs(value * 255 - color[c]!), `channel ${c} of ${color}`).toBeLessThan(45);
			});
		}
	});

	it('are read as inks where nothing is to be done to them', async () => {
		const marked = await printed();
		const [from, to] = adobe(marked);
		const bare = Buffer.concat([marked.subarray(0, from), marked.subarray(to)]);
		const raster = await readRaster(marked);
		expect(raster).toMatchObject({ channels: 4, inks: true, indexed: false });
		expect(raster.data.length).toBe(80 * 16 * 4);
		// Red is magenta and yellow, white is bare paper.
		const [cyan, magenta, yellow] = pixel(raster.data, 4, 0);
		expect(cyan).toBeLessThan(40);
		expect(Math.min(magenta!, yellow!)).toBeGreaterThan(180);
		expect(pixel(raster.data, 4, 3)).toEqual([0, 0, 0, 0]);
		expect(await readRaster(bare)).toEqual(raster);
		expect((await readRaster(await encodePng(speckled))).inks).toBe(false);
	});
});
