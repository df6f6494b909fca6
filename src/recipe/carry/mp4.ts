/** @file A `uuid` box of our own at the end of an MP4 (ISO/IEC 14496-12, 4.2 and 11.1): nothing before it moves, so its offsets stay right. */

import { damaged, part, utf8 } from './bytes.js';

/** Boxes of this user type are ours. */
const userType = Buffer.from('739ea08dc1fb4f4289c3af7025fbcc07', 'hex');

/** Pictures in the same container: HEIF and AVIF. */
const pictureBrands = new Set(['avif', 'avis', 'heic', 'heix', 'hevc', 'heim', 'mif1', 'msf1']);

export const isMp4 = (bytes: Buffer): boolean =>
	bytes.toString('latin1', 4, 8) === 'ftyp' && !pictureBrands.has(bytes.toString('latin1', 8, 12));

interface Box {
	readonly start: number;
	readonly end: number;
	readonly ours: boolean;
	/** Its size field says 0: to the end of the file. */
	readonly open: boolean;
}

/** The boxes of the top level. @throws AtelierError E_IMAGE */
function* boxes(bytes: Buffer): Generator<Box> {
	for (let start = 0; start < bytes.length; ) {
		const header = part(bytes, start, 8);
		const short = header.readUInt32BE();
		const size =
			short === 0 ? bytes.length - start : short === 1 ? Number(part(bytes, start + 8, 8).readBigUInt64BE()) : short;
		if (size < (short === 1 ? 16 : 8)) throw damaged(`an MP4 box of ${size} bytes at byte ${start}`);
		part(bytes, start, size);
		const ours =
			short > 1 && header.toString('latin1', 4, 8) === 'uuid' && bytes.subarray(start + 8, start + 24).equals(userType);
		yield { start, end: start + size, ours, open: short === 0 };
		start += size;
	}
}

/** What our box says. @throws AtelierError E_IMAGE */
export function mp4Text(bytes: Buffer): string | undefined {
	for (const { start, end, ours } of boxes(bytes)) if (ours) return utf8(bytes.subarray(start + 24, end));
	return undefined;
}

/** Put our box at the end and leave out the one that is there. @throws AtelierError E_IMAGE */
export function withMp4Text(bytes: Buffer, text: string): Buffer {
	const parts: Buffer[] = [];
	for (const { start, end, ours, open } of boxes(bytes)) {
		if (ours) continue;
		const box = bytes.subarray(start, end);
		parts.push(open ? closed(box) : box);
	}
	const data = Buffer.concat([userType, Buffer.from(text, 'utf8')]);
	const header = Buffer.alloc(8);
	header.writeUInt32BE(8 + data.length);
	header.write('uuid', 4, 'latin1');
	return Buffer.concat([...parts, header, data]);
}

/** The same box with its size said. */
function closed(box: Buffer): Buffer {
	if (box.length >= 2 ** 32) throw damaged('an MP4 of more than 4 GB whose last box has no size');
	const copy = Buffer.from(box);
	copy.writeUInt32BE(box.length);
	return copy;
}
