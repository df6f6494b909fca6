/** @file The contact sheet of a batch: its axes along the sides, or one cell after another where there are none. */

import { existsSync } from 'node:fs';
import { contactSheet, pictureGrid } from '../export/contact-sheet.js';
import type { Picture } from '../image.js';
import { readPicture } from '../image-io.js';
import type { Cell, Plan } from './plan.js';

/** Side of a picture on a sheet at most, and pixels of all pictures together. */
const mostSide = 224;
const mostPixels = 4e7;
/** Side of the whole. */
const longest = 14_000;

/**
 * A PNG; undefined when there are no pictures yet.
 *
 * @param imageOf path of the picture of a cell, by its number
 * @param failed whether a cell could not be drawn; it says so in its place
 */
export async function batchSheet(
	plan: Plan,
	imageOf: (cell: number) => string,
	failed: (cell: number) => boolean,
): Promise<Buffer | undefined> {
	const { rows, columns } = layout(plan);
	const across = Math.max(rows.length, columns.length);
	const side = Math.floor(
		Math.max(16, Math.min(mostSide, longest / across - 10, Math.sqrt(mostPixels / plan.cells.length))),
	);
	const pictures: (Picture | string | undefined)[] = [];
	for (const i of plan.cells.keys()) {
		const path = imageOf(i);
		if (existsSync(path)) pictures.push(await readPicture(path, { maxSide: side }));
		else pictures.push(failed(i) ? 'failed' : undefined);
	}
	if (!pictures.some((picture) => typeof picture === 'object')) return undefined;
	if (plan.axes.length === 0) {
		const cells = pictures.flatMap((picture, i) => (picture ? [{ picture, label: cellLabel(plan.cells[i]!) }] : []));
		return pictureGrid(cells, Math.min(cells.length, columns.length));
	}
	return contactSheet({
		rows,
		columns,
		cell: (row, column) => pictures[row * columns.length + column],
		title: plan.name,
	});
}

interface Layout {
	readonly rows: readonly string[];
	readonly columns: readonly string[];
}

/** Axes in the order of the file: the first ones down the side, the others along the top, as square as that allows. */
export function layout({ axes, cells }: Plan): Layout {
	const ways = axes.map((_, split) => ({
		rows: combinations(axes.slice(0, split)),
		columns: combinations(axes.slice(split)),
	}));
	if (ways.length === 0) {
		const columns = Math.max(1, Math.ceil(Math.sqrt(cells.length)));
		return {
			rows: new Array<string>(Math.ceil(cells.length / columns)).fill(''),
			columns: new Array<string>(columns).fill(''),
		};
	}
	const skew = ({ rows, columns }: Layout) => Math.abs(Math.log(columns.length / rows.length));
	return ways.reduce((best, way) => (skew(way) < skew(best) ? way : best));
}

/** Labels of all combinations of axes, the last fastest; one empty label for no axes. */
function combinations(axes: Plan['axes']): string[] {
	return axes.reduce<string[]>(
		(before, { name, labels }) =>
			before.flatMap((label) => labels.map((own) => [label, said(name, own)].filter(Boolean).join(' · '))),
		[''],
	);
}

/** Words and pictures speak for themselves; of numbers one wants to know what they are. */
const said = (name: string, label: string): string =>
	['prompts', 'replace', 'presets', 'images'].includes(name) ? label : `${name} ${label}`;

/** What sets a cell apart, in a line; empty for a cell that is alone. */
export const cellLabel = ({ labels }: Pick<Cell, 'labels'>): string =>
	Object.entries(labels)
		.map(([name, label]) => said(name, label))
		.join(' · ');
