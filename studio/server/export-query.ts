/** @file What an export may be asked to be, in the query of its address. */

import { z } from 'zod';
import { easings } from '../../src/export/easing.js';
import type { ExportOptions } from '../../src/export/formats.js';
import { papers } from '../../src/export/plotter.js';
import { exportFormats } from '../protocol.js';

const number = (low: number, high: number) => z.coerce.number().min(low).max(high).optional();
const flag = z.enum(['0', '1', 'true', 'false']).optional();

/** Pixels of a side at most. */
const mostSide = 8192;

/** GET /outputs/:id/export */
export const exportQuery = z.strictObject({
	format: z.enum(exportFormats),
	/** Times image.png. */
	scale: number(0.05, 64),
	/** Or: as large as fits into a square of this side. */
	size: z.coerce.number().int().min(16).max(mostSide).optional(),
	transparent: flag,
	fps: number(1, 60),
	seconds: number(0.1, 60),
	easing: z.enum(Object.keys(easings) as [keyof typeof easings]).optional(),
	pens: z.coerce.number().int().min(1).max(64).optional(),
	paper: z.enum(Object.keys(papers) as [keyof typeof papers]).optional(),
	margin: number(0, 200),
});

/** The options of a query; `side` is the longer one of image.png. */
export function exportOptions(query: z.output<typeof exportQuery>, side: number): ExportOptions {
	const { scale, size, transparent, fps, seconds, easing, pens, paper, margin } = query;
	const box = size ?? (scale === undefined ? undefined : Math.min(mostSide, Math.round(scale * side)));
	return {
		...(box !== undefined && { box: [box, box] as const }),
		transparent: transparent === '1' || transparent === 'true',
		...(fps !== undefined && { fps }),
		...(seconds !== undefined && { seconds }),
		...(easing !== undefined && { easing }),
		...(pens !== undefined && { pens }),
		...(paper !== undefined && { paper: papers[paper] }),
		...(margin !== undefined && { margin }),
	};
}
