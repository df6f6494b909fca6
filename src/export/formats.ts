/** @file What a run can be exported as: a name, a file extension, and how its bytes are made. */

import { encodeAnimatedSvg } from './animated-svg.js';
import { encodeApng } from './apng.js';
import type { Easing } from './easing.js';
import { exportSize, type FinishedRun, type SizeOptions } from './finished-run.js';
import { encodeGif } from './gif.js';
import { encodeMp4 } from './mp4.js';
import { encodePlot, type PlotterOptions } from './plotter.js';
import { exportPng } from './png.js';
import { stagesSheet } from './stages.js';
import { encodeSvg } from './svg.js';
import { type Timelapse, timelapse } from './timelapse.js';
import { encodeWebp } from './webp.js';

/** Options of all formats; each takes those that concern it. */
export interface ExportOptions extends SizeOptions, PlotterOptions {
	readonly fps?: number;
	readonly seconds?: number;
	readonly easing?: Easing;
	readonly transparent?: boolean;
}

/** A file made in memory. */
export interface Exported {
	readonly bytes: Uint8Array;
	/** What may be worth knowing about it: pictures, millimetres, ... */
	readonly facts?: Readonly<Record<string, unknown>>;
}

/** One way to export. */
export interface ExportFormat {
	readonly extension: string;
	readonly description: string;
	/** Options that concern it, besides those of size. */
	readonly takes: readonly (keyof ExportOptions)[];
	make(run: FinishedRun, options: ExportOptions): Promise<Exported>;
}

const sized = ['scale', 'box'] as const;
const filmed = [...sized, 'fps', 'seconds', 'easing'] as const;

function film(extension: string, description: string, encode: (film: Timelapse) => Promise<Uint8Array>): ExportFormat {
	return {
		extension,
		description,
		takes: filmed,
		async make(run, options) {
			const pictures = timelapse(run, options);
			const { width, height, count, fps, hold } = pictures;
			const seconds = Math.round(1000 * ((count - 1) / fps + hold)) / 1000;
			return { bytes: await encode(pictures), facts: { width, height, pictures: count, seconds } };
		},
	};
}

/** A picture of the size that was asked for. */
function still(bytes: Uint8Array | string, run: FinishedRun, options: SizeOptions): Exported {
	const { width, height } = exportSize(run, options, Number.POSITIVE_INFINITY);
	return { bytes: Buffer.from(bytes), facts: { width, height } };
}

/** All formats by name. */
export const formats: Readonly<Record<string, ExportFormat>> = {
	png: {
		extension: '.png',
		description: 'the drawing, drawn anew at any size',
		takes: [...sized, 'transparent'],
		make: async (run, options) => still(await exportPng(run, options), run, options),
	},
	svg: {
		extension: '.svg',
		description: 'the drawing as vectors, small',
		takes: [...sized, 'transparent'],
		make: async (run, options) => still(encodeSvg(run, options), run, options),
	},
	'animated-svg': {
		extension: '.animated.svg',
		description: 'vectors that draw themselves, the most important stroke first',
		takes: [...sized, 'transparent', 'seconds', 'easing'],
		make: async (run, options) => still(await encodeAnimatedSvg(run, options), run, options),
	},
	plotter: {
		extension: '.plotter.svg',
		description: 'single lines in few pens on paper, in millimetres',
		takes: ['pens', 'paper', 'margin'],
		async make(run, options) {
			const { svg, ...facts } = await encodePlot(run, options);
			return { bytes: Buffer.from(svg), facts };
		},
	},
	gif: film('.gif', 'timelapse as a GIF', encodeGif),
	webp: film('.webp', 'timelapse as an animated WebP', encodeWebp),
	mp4: film('.mp4', 'timelapse as a video', encodeMp4),
	apng: film('.apng', 'timelapse as an animated PNG, exact', encodeApng),
	sheet: {
		extension: '.sheet.png',
		description: 'twelve stages of the drawing on a sheet',
		takes: [...sized, 'easing'],
		async make(run, options) {
			const bytes = await stagesSheet(run, options);
			// As its IHDR chunk says.
			return { bytes, facts: { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) } };
		},
	},
};
