/** @file MP4 with H.264, by minih264 and mp4v2 compiled to WebAssembly: plays wherever video does. */

import type { Timelapse } from './timelapse.js';

/** H.264's quantiser, 10 (best) to 51: chosen by eye. */
const quantizationParameter = 26;
/** Pictures between those that stand alone, so that players can jump. */
const groupOfPictures = 50;

/** Bytes of a video; a side of an odd number of pixels gets one more, the codec has only even ones. */
export async function encodeMp4(film: Timelapse): Promise<Uint8Array> {
	const width = film.width + (film.width % 2);
	const height = film.height + (film.height % 2);
	// The encoder takes whole pictures a second, from one.
	const frameRate = Math.max(1, Math.round(film.fps));
	const encoder = await createEncoder();
	try {
		Object.assign(encoder, { width, height, frameRate, quantizationParameter, groupOfPictures });
		encoder.initialize();
		let last = new Uint8Array(0);
		for await (const rgb of film.pictures()) {
			last = evenRgba(rgb, film, width, height);
			encoder.addFrameRgba(last);
		}
		for (let i = 1; i < film.hold * film.fps; i++) encoder.addFrameRgba(last);
		encoder.finalize();
		const bytes = encoder.FS.readFile(encoder.outputFilename);
		encoder.FS.unlink(encoder.outputFilename);
		return settled(bytes, film.fps / frameRate);
	} finally {
		encoder.delete();
	}
}

/** The module takes over how the process dies of unhandled errors when it is loaded; that stays ours. */
async function createEncoder() {
	const events = ['uncaughtException', 'unhandledRejection'] as const;
	const before = events.map((event) => process.listeners(event as 'uncaughtException'));
	const { default: module } = await import('h264-mp4-encoder');
	events.forEach((event, i) => {
		for (const listener of process.listeners(event as 'uncaughtException'))
			if (!before[i]!.includes(listener)) process.off(event, listener);
	});
	return module.createH264MP4Encoder();
}

/** RGB to RGBA of even sides, the last column and row repeated. */
function evenRgba(
	rgb: Uint8Array,
	from: { width: number; height: number },
	width: number,
	height: number,
): Uint8Array<ArrayBuffer> {
	const rgba = new Uint8Array(4 * width * height).fill(255);
	for (let y = 0, o = 0; y < height; y++) {
		const row = Math.min(y, from.height - 1) * from.width;
		for (let x = 0; x < width; x++, o += 4) {
			const i = 3 * (row + Math.min(x, from.width - 1));
			rgba[o] = rgb[i]!;
			rgba[o + 1] = rgb[i + 1]!;
			rgba[o + 2] = rgb[i + 2]!;
		}
	}
	return rgba;
}

/** Boxes of ISO 14496-12 that hold others: bytes between their head and the first of those. */
const containers: Readonly<Record<string, number>> = { moov: 0, trak: 0, mdia: 0, minf: 0, stbl: 0, stsd: 8, avc1: 78 };

/**
 * What the encoder leaves open. Its clock goes `pace` times as fast. Times of creation become 0, so that equal runs give equal bytes; and a colr box says that the
 * picture is sRGB with the matrix of BT.601: without, players take that of BT.709 for tall videos, and red turns to orange.
 */
function settled(video: Uint8Array, pace: number): Uint8Array {
	const colr = Buffer.from('00000013636f6c726e636c780001000d000600', 'hex');
	const out: Buffer[] = [];
	/** Copy boxes; the number of bytes written. moov comes last, so that offsets into mdat stay. */
	const copy = (bytes: Buffer): number => {
		let written = 0;
		const put = (part: Buffer) => {
			out.push(part);
			written += part.length;
		};
		for (let at = 0; at < bytes.length; ) {
			const size = bytes.readUInt32BE(at);
			const box = Buffer.from(bytes.subarray(at, at + size));
			const type = box.toString('latin1', 4, 8);
			const inner = containers[type];
			if (['mvhd', 'tkhd', 'mdhd'].includes(type)) box.fill(0, 12, 20);
			// Units a second, of the film and of its track.
			if (type === 'mvhd' || type === 'mdhd') box.writeUInt32BE(Math.round(pace * box.readUInt32BE(20)), 20);
			if (inner === undefined) put(box);
			else {
				const head = box.subarray(0, 8 + inner);
				put(head);
				let length = head.length + copy(box.subarray(head.length));
				if (type === 'avc1') {
					out.push(colr);
					length += colr.length;
				}
				head.writeUInt32BE(length);
				written += length - head.length;
			}
			at += size;
		}
		return written;
	};
	copy(Buffer.from(video));
	return Buffer.concat(out);
}
