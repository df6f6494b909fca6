/** @file What a batch leaves beside its run folders: batch.json, index.html, sheet.png. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type BatchFolder, fileFrom } from './batch-folder.js';
import type { BatchDocument } from './document.js';
import type { Drawing } from './drawing.js';
import { galleryPage } from './gallery.js';
import type { Plan } from './plan.js';
import { batchSheet } from './sheet.js';

/** Where a batch comes from. */
export interface BatchSource {
	readonly file: string;
	readonly document: BatchDocument;
}

/** Write batch.json and index.html as things stand. @throws AtelierError E_IO */
export function writeReport(
	folder: BatchFolder,
	plan: Plan,
	drawings: ReadonlyMap<string, Drawing>,
	source: BatchSource,
): void {
	const cells = plan.cells.map((cell) => {
		const path = folder.file(cell.folder);
		return { cell, drawing: drawings.get(cell.hash)!, files: existsSync(path) ? readdirSync(path) : [] };
	});
	const data = {
		version: 1,
		name: plan.name,
		file: fileFrom(folder.path, source.file),
		axes: plan.axes,
		cells: cells.map(({ cell, drawing, files }) => ({
			labels: cell.labels,
			folder: cell.folder,
			hash: cell.hash,
			seed: cell.recipe.seed,
			prompts: cell.recipe.prompts,
			state: drawing.status === 'drawing' ? 'waiting' : drawing.status,
			steps: cell.recipe.steps,
			...stateOf(drawing),
			files: files.filter((name) => !name.endsWith('.tmp')).sort(),
		})),
		document: source.document,
	};
	folder.replace('batch.json', `${JSON.stringify(data, undefined, '\t')}\n`);
	folder.replace('index.html', galleryPage(plan, cells));
}

const stateOf = ({ step, value, scores, seconds, likeness, rank, rejected, pruned, error }: Drawing) => ({
	step,
	value,
	scores,
	seconds: Math.round(seconds * 100) / 100,
	likeness,
	rank,
	...(rejected && { rejected }),
	...(pruned && { pruned }),
	error,
});

/** Write sheet.png; its path, or undefined while there are no pictures. @throws AtelierError E_IO, E_ARGUMENT when it would be too large */
export async function writeSheet(
	folder: BatchFolder,
	plan: Plan,
	drawings: ReadonlyMap<string, Drawing>,
): Promise<string | undefined> {
	const sheet = await batchSheet(
		plan,
		(i) => join(folder.file(plan.cells[i]!.folder), 'image.png'),
		(i) => drawings.get(plan.cells[i]!.hash)!.status === 'failed',
	);
	if (!sheet) return undefined;
	folder.replace('sheet.png', sheet);
	return folder.file('sheet.png');
}
