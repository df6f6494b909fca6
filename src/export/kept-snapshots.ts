/**
 * @file Snapshots that stay: `snapshots/<step>` in a run's folder, at every step that is a multiple of a power of two. The power
 * grows as the run does, so that there are never more than asked for, evenly spaced, however long it will be.
 */

import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { guard } from '../files.js';
import type { Painter } from '../painter/painter.js';
import { saveSnapshot } from '../painter/snapshot.js';
import type { RunFolder } from './run-folder.js';

/** How many, and their bytes in all. */
export interface KeepOptions {
	readonly most: number;
	readonly bytes: number;
}

const folderOf = (run: RunFolder): string => join(run.path, 'snapshots');

/** Where the snapshot of a step is. */
export const keptSnapshot = (run: RunFolder, step: number): string => join(folderOf(run), String(step));

/** Steps whose snapshots are kept, ascending. @throws AtelierError E_IO */
export function keptSteps(run: RunFolder): number[] {
	const folder = folderOf(run);
	if (!existsSync(folder)) return [];
	return guard(`a readable folder '${folder}'`, () => readdirSync(folder))
		.filter((name) => /^[1-9]\d{0,5}$/.test(name))
		.map(Number)
		.sort((a, b) => a - b);
}

/** Keeps snapshots of a run as it goes. */
export class SnapshotKeeper {
	private steps: number[];
	private stride = 1;

	/** Snapshots beyond the painter's step are dropped: it goes on from there. @throws AtelierError E_IO */
	constructor(
		private readonly run: RunFolder,
		painter: Painter,
		private readonly options: KeepOptions,
	) {
		this.steps = keptSteps(run);
		this.drop((step) => step > painter.step);
		while (this.steps.some((step, i) => step - (this.steps[i - 1] ?? 0) >= 2 * this.stride)) this.stride *= 2;
	}

	/** Keep the painter as it is now, if it is time. @throws AtelierError E_IO */
	keep(painter: Painter): void {
		const { most, bytes } = this.options;
		const { step } = painter;
		if (most < 1 || step % this.stride !== 0) return;
		const path = keptSnapshot(this.run, step);
		guard(`to make the folder '${folderOf(this.run)}'`, () => mkdirSync(folderOf(this.run), { recursive: true }));
		saveSnapshot(path, painter);
		if (!this.steps.includes(step)) this.steps.push(step);
		const count = Math.min(most, Math.floor(bytes / statSync(path).size));
		while (this.steps.length > count && this.steps.length > 0) {
			this.stride *= 2;
			this.drop((kept) => kept % this.stride !== 0 || count === 0);
		}
	}

	private drop(isDropped: (step: number) => boolean): void {
		for (const step of this.steps.filter(isDropped))
			guard('to remove a snapshot', () => rmSync(keptSnapshot(this.run, step), { force: true }));
		this.steps = this.steps.filter((step) => !isDropped(step));
	}
}
