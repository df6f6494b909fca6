/** @file The frames of a timelapse: the drawing's life at an even rate, drawn anew from its parameters at the size that is wanted. */

import { AtelierError } from '../errors.js';
import { toBytes } from '../image.js';
import type { Parameters } from '../renderers/renderer.js';
import { type Easing, easings } from './easing.js';
import { drawerOf, exportSize, type FinishedRun, framesOf, type SizeOptions } from './finished-run.js';
import type { Frame } from './frames.js';

/** How a timelapse runs. */
export interface TimelapseOptions extends SizeOptions {
	/** Pictures a second; default 25. */
	readonly fps?: number;
	/** From the first picture to the end of the last; default 6. */
	readonly seconds?: number;
	/** Default 'ease-in': most happens early. */
	readonly easing?: Easing;
	/** Called after each picture. */
	readonly onProgress?: (done: number, total: number) => void;
}

/** A timelapse that is drawn while it is read. */
export interface Timelapse {
	readonly width: number;
	readonly height: number;
	readonly fps: number;
	/** Pictures, the last included. */
	readonly count: number;
	/** Seconds that the last picture stays. */
	readonly hold: number;
	/** RGB bytes of one picture. */
	picture(index: number): Promise<Uint8Array>;
	/** RGB bytes of each picture in turn. */
	pictures(): AsyncGenerator<Uint8Array>;
}

/** Seconds that the finished drawing stays, but no more than this part of the whole. */
const longestHold = 1.5;
const largestHoldShare = 1 / 3;
/** Pixels of all pictures together: what an encoder may have to hold in memory. */
const mostPixels = 6e8;
const mostSide = 4096;

/**
 * Prepare a timelapse. Between recorded steps parameters are interpolated, so that it is smooth however few there are.
 *
 * @throws AtelierError E_IO without recorded frames, E_ARGUMENT when it would be too large
 */
export function timelapse(run: FinishedRun, options: TimelapseOptions = {}): Timelapse {
	const { fps = 25, seconds = 6, easing = 'ease-in' } = options;
	const size = exportSize(run, options, mostSide);
	const frames = framesOf(run);
	const count = Math.max(2, Math.round((seconds - Math.min(longestHold, seconds * largestHoldShare)) * fps) + 1);
	const hold = Math.max(1 / fps, seconds - (count - 1) / fps);
	const pixels = count * size.width * size.height;
	if (pixels > mostPixels)
		throw new AtelierError(
			'E_ARGUMENT',
			`expected a timelapse of at most ${mostPixels / 1e6} million pixels in all, got ${count} pictures of ${size.width}x${size.height}; make it smaller, shorter or take fewer --fps`,
		);
	const { progress } = easings[easing];
	const draw = drawerOf(run, size);
	const picture = async (index: number) =>
		toBytes(await draw(moment(frames, progress(index / (count - 1)) * run.step)));
	return {
		width: size.width,
		height: size.height,
		fps,
		count,
		hold,
		picture,
		async *pictures() {
			for (let i = 0; i < count; i++) {
				yield await picture(i);
				options.onProgress?.(i + 1, count);
			}
		},
	};
}

/** Parameters at a step, also between recorded ones. */
export function moment(frames: readonly Frame[], step: number): Parameters {
	const next = frames.findIndex((frame) => frame.step >= step);
	if (next < 0) return frames.at(-1)!.params;
	const after = frames[next]!;
	const before = frames[next - 1];
	if (!before || after.step === step) return after.params;
	const share = (step - before.step) / (after.step - before.step);
	const mixed = Object.entries(before.params).map(([name, from]) => {
		const to = after.params[name]!;
		return [name, from.map((v, i) => v + share * (to[i]! - v))] as const;
	});
	return Object.fromEntries(mixed);
}
