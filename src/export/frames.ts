/**
 * @file frames.bin: how a drawing came to be, as the parameters of all candidates at every k-th step. Little-endian:
 *   'ATLFRMS1', u32 length of the header, header as JSON {groups: {name: numbers}}, then records of one size each:
 *   u32 CRC-32 of what follows, u32 step, u32 candidate, and for each group f32 low, f32 high, u16 a number.
 * Where a stroke was added, there is a header again (which no record begins like: its step would be too large), of what follows.
 * A number v is kept as round(65535 (v - low) / (high - low)): exact to a few thousandths of a pixel. The drawing that wins
 * is not known until late, and the best of the moment changes from step to step: so all are kept while there are several.
 */

import { closeSync, existsSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { guard } from '../files.js';
import type { Candidate, Painter, PainterSetup } from '../painter/painter.js';
import { survivors } from '../painter/plan.js';
import { isObject } from '../recipe/plain-data.js';
import type { Parameters } from '../renderers/renderer.js';

/** One candidate at one step. */
export interface Frame {
	/** Steps done. */
	readonly step: number;
	/** {@link Candidate.index} */
	readonly candidate: number;
	readonly params: Parameters;
}

/** Steps that are recorded at most, and bytes that they may take. */
const mostMoments = 240;
const mostBytes = 16e6;

const magic = 'ATLFRMS1';
const recordHead = 12;
const levels = 65535;

/** Bytes of one record. */
const recordBytes = (sizes: Sizes): number =>
	Object.values(sizes).reduce((sum, length) => sum + 8 + 2 * length, recordHead);

/** Every how many steps a run is recorded: so that neither the number of moments nor that of bytes is exceeded. */
export function frameStride(setup: PainterSetup, model: Parameters): number {
	const bytes = recordBytes(sizesOf(model));
	const total = (stride: number): number => {
		let records = 0;
		for (let step = 0; step <= setup.steps; step += stride) records += survivors(setup, setup.steps, step);
		return records * bytes;
	};
	let stride = Math.max(1, Math.ceil(setup.steps / mostMoments));
	while (stride < setup.steps && total(stride) > mostBytes) stride = Math.ceil(1.1 * stride);
	return stride;
}

/** Writes the frames of a run as it goes. */
export class FrameRecorder {
	private constructor(
		private readonly path: string,
		private readonly stride: number,
		/** Bytes that are whole; what lies beyond is written over. */
		private end: number,
		/** Of the records from there on. */
		private sizes: Sizes | undefined,
		/** The step that was recorded last, and how it was before. */
		private last?: { readonly step: number; readonly end: number; readonly sizes: Sizes | undefined },
	) {}

	/**
	 * A recorder for a painter before its first step; or for one that goes on, whose frames beyond its step are dropped.
	 * Undefined where the steps before were not recorded: half a film is none.
	 *
	 * @throws AtelierError E_IO
	 */
	static open(path: string, painter: Painter): FrameRecorder | undefined {
		const model = painter.candidates[0]!.params;
		const stride = frameStride(painter.setup, model);
		if (painter.step === 0) {
			guard(`to write '${path}'`, () => writeAt(path, 'w', new Uint8Array(0), 0));
			const recorder = new FrameRecorder(path, stride, 0, undefined);
			recorder.record(painter);
			return recorder;
		}
		const bytes = readBytes(path);
		if (!bytes) return undefined;
		let end = 0;
		let sizes: Sizes | undefined;
		let last: FrameRecorder['last'];
		for (const record of records(bytes, model))
			if (record.step <= painter.step) {
				if (last?.step !== record.step) last = { step: record.step, end, sizes };
				end = record.next;
				sizes = record.sizes;
			}
		if (!sizes) return undefined;
		guard(`to write '${path}'`, () => truncateSync(path, end));
		return new FrameRecorder(path, stride, end, sizes, last);
	}

	/** Keep the candidates as they are now, if it is time; in place of what was kept of the same step. @throws AtelierError E_IO */
	record(painter: Painter): void {
		const { step } = painter;
		if (step % this.stride !== 0) return;
		if (this.last?.step === step) {
			const { end, sizes } = this.last;
			guard(`to write '${this.path}'`, () => truncateSync(this.path, end));
			this.end = end;
			this.sizes = sizes;
		}
		this.last = { step, end: this.end, sizes: this.sizes };
		const sizes = sizesOf(painter.candidates[0]!.params);
		const header = this.sizes && isSame(this.sizes, sizes) ? [] : [headerOf(sizes)];
		const frames = painter.candidates.map((candidate) => recordOf(step, candidate));
		const bytes = Buffer.concat([...header, ...frames]);
		guard(`to write '${this.path}'`, () => writeAt(this.path, 'r+', bytes, this.end));
		this.end += bytes.length;
		this.sizes = sizes;
	}
}

/**
 * The frames up to a step, in the order of steps; as far as they are whole. Before a stroke was added they have fewer
 * numbers. Undefined when the file is absent, or not of parameters like these.
 */
export function readFrames(path: string, model: Parameters, lastStep: number): Frame[] | undefined {
	const bytes = readBytes(path);
	if (!bytes || !headerAt(bytes, 0, model)) return undefined;
	const frames: Frame[] = [];
	for (const { step, candidate, at, sizes } of records(bytes, model))
		if (step <= lastStep) frames.push({ step, candidate, params: paramsAt(bytes, at, sizes) });
	return frames;
}

function readBytes(path: string): Buffer | undefined {
	return existsSync(path) ? guard(`a readable file '${path}'`, () => readFileSync(path)) : undefined;
}

function writeAt(path: string, flags: 'w' | 'r+', bytes: Uint8Array, position: number): void {
	const file = openSync(path, flags);
	try {
		for (let done = 0; done < bytes.length; )
			done += writeSync(file, bytes, done, bytes.length - done, position + done);
	} finally {
		closeSync(file);
	}
}

/** How many numbers each group has. */
type Sizes = Readonly<Record<string, number>>;

const sizesOf = (model: Parameters): Sizes =>
	Object.fromEntries(Object.entries(model).map(([name, group]) => [name, group.length]));

const isSame = (a: Sizes, b: Sizes): boolean => JSON.stringify(a) === JSON.stringify(b);

function headerOf(groups: Sizes): Buffer {
	const json = Buffer.from(JSON.stringify({ groups }));
	const head = Buffer.alloc(magic.length + 4);
	head.write(magic, 'latin1');
	head.writeUInt32LE(json.length, magic.length);
	return Buffer.concat([head, json]);
}

/** The header at a place; undefined where there is none of parameters like these, or of fewer. */
function headerAt(bytes: Buffer, at: number, model: Parameters): { sizes: Sizes; next: number } | undefined {
	const start = at + magic.length + 4;
	if (start > bytes.length || bytes.toString('latin1', at, at + magic.length) !== magic) return undefined;
	const next = start + bytes.readUInt32LE(start - 4);
	if (next > bytes.length) return undefined;
	let sizes: Sizes;
	try {
		({ groups: sizes } = JSON.parse(bytes.toString('utf8', start, next)) as { groups: Sizes });
	} catch {
		return undefined;
	}
	const groups = Object.entries(model);
	const fits =
		isObject(sizes) &&
		Object.keys(sizes).join() === Object.keys(model).join() &&
		groups.every(([name, { length }]) => Number.isInteger(sizes[name]) && sizes[name]! >= 0 && sizes[name]! <= length);
	return fits ? { sizes, next } : undefined;
}

/** The whole records, up to the first that is cut off or damaged. */
function* records(bytes: Buffer, model: Parameters) {
	let sizes: Sizes | undefined;
	for (let from = 0; ; ) {
		const header = headerAt(bytes, from, model);
		if (header) {
			sizes = header.sizes;
			from = header.next;
			continue;
		}
		if (!sizes) return;
		const next = from + recordBytes(sizes);
		if (next > bytes.length || crc32(bytes.subarray(from + 4, next)) !== bytes.readUInt32LE(from)) return;
		yield {
			step: bytes.readUInt32LE(from + 4),
			candidate: bytes.readUInt32LE(from + 8),
			/** Where its parameters begin, and how many they are. */
			at: from + recordHead,
			sizes,
			next,
		};
		from = next;
	}
}

function recordOf(step: number, { index, params }: Candidate): Buffer {
	const bytes = Buffer.alloc(recordBytes(sizesOf(params)));
	bytes.writeUInt32LE(step, 4);
	bytes.writeUInt32LE(index, 8);
	let at = recordHead;
	for (const group of Object.values(params)) {
		let low = Number.POSITIVE_INFINITY;
		let high = Number.NEGATIVE_INFINITY;
		for (const v of group) {
			if (v < low) low = v;
			if (v > high) high = v;
		}
		bytes.writeFloatLE(low, at);
		bytes.writeFloatLE(high, at + 4);
		at += 8;
		const factor = high > low ? levels / (high - low) : 0;
		// Stored as whole numbers: a half more rounds, and a number that is none becomes 0.
		const numbers = new Uint16Array(bytes.buffer, bytes.byteOffset + at, group.length);
		for (let i = 0; i < group.length; i++) numbers[i] = (group[i]! - low) * factor + 0.5;
		at += 2 * group.length;
	}
	bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
	return bytes;
}

function paramsAt(bytes: Buffer, start: number, sizes: Sizes): Parameters {
	let at = start;
	const groups = Object.entries(sizes).map(([name, length]) => {
		const low = bytes.readFloatLE(at);
		const factor = (bytes.readFloatLE(at + 4) - low) / levels;
		at += 8;
		const group = new Float32Array(length);
		for (let i = 0; i < length; i++, at += 2) group[i] = low + factor * bytes.readUInt16LE(at);
		return [name, group] as const;
	});
	return Object.fromEntries(groups);
}
