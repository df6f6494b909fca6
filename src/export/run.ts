/** @file Runs a painter and keeps its run folder up to date, so that a step that was finished is never lost. */

import { setImmediate as turn } from 'node:timers/promises';
import type { Painter, StepEvent } from '../painter/painter.js';
import type { Edited } from '../painter/steering.js';
import { FrameRecorder } from './frames.js';
import { SnapshotKeeper } from './kept-snapshots.js';
import type { PictureSize } from './picture-size.js';
import type { RunFolder, SavedPictures } from './run-folder.js';

/** How a run is watched and stopped. */
export interface RunHooks {
	readonly onStep?: (event: StepEvent) => void | Promise<void>;
	/** A file could not be written while drawing (a full disk, say); the run goes on and tries again at the end. Called once. */
	readonly onTrouble?: (error: Error) => void;
	/** Ends the run after the current step. */
	readonly signal?: AbortSignal;
	/** Whether to keep what a timelapse is made of; default true. */
	readonly frames?: boolean;
	/** Milliseconds between snapshots; default 5000. */
	readonly snapshotEvery?: number;
	/** Snapshots that stay, evenly spaced, to branch from; default 0. */
	readonly keepSnapshots?: number;
	/** Bytes that these may take; default 64 MB. */
	readonly snapshotBytes?: number;
	/** An edit was made by hand, and is in the folder's recipe. */
	readonly onEdit?: (edited: Edited) => void;
}

/** How a run ended. */
export interface RunEnd {
	/** False when it was stopped before its last step. */
	readonly finished: boolean;
	readonly step: number;
	readonly pictures: SavedPictures;
}

/**
 * Advance to the end or until the signal; then, and also when a step fails, write the pictures and the snapshot.
 *
 * @throws what a step throws; AtelierError E_IO when the last files cannot be written
 */
export async function runInFolder(
	painter: Painter,
	folder: RunFolder,
	size: PictureSize,
	hooks: RunHooks = {},
): Promise<RunEnd> {
	let trouble: Error | undefined;
	const attempt = (write: () => void) => {
		try {
			write();
		} catch (error) {
			if (!trouble) hooks.onTrouble?.(error as Error);
			trouble ??= error as Error;
		}
	};
	let saved = performance.now();
	let before = saved;
	let recorder: FrameRecorder | undefined;
	attempt(() => folder.saveSnapshot(painter));
	if (hooks.frames ?? true)
		attempt(() => {
			recorder = FrameRecorder.open(folder.file('frames.bin'), painter);
		});
	let keeper: SnapshotKeeper | undefined;
	const { keepSnapshots: most = 0, snapshotBytes: bytes = 64e6 } = hooks;
	if (most > 0)
		attempt(() => {
			keeper = new SnapshotKeeper(folder, painter, { most, bytes });
		});
	painter.onEdit = (edited) => {
		attempt(() => folder.saveEdits(painter.edits));
		attempt(() => recorder?.record(painter));
		hooks.onEdit?.(edited);
	};
	try {
		await painter.run(async (event) => {
			const now = performance.now();
			attempt(() => folder.log({ event: 'step', ...event, ms: Math.round((now - before) * 10) / 10 }));
			attempt(() => recorder?.record(painter));
			attempt(() => keeper?.keep(painter));
			if (now - saved > (hooks.snapshotEvery ?? 5000)) {
				attempt(() => folder.saveSnapshot(painter));
				saved = performance.now();
			}
			await hooks.onStep?.(event);
			// Steps without an encoder never wait for anything: let signals and streams have their turn.
			await turn();
			before = performance.now();
		}, hooks.signal);
	} catch (error) {
		// A step that failed half-way is no state to go on from: the last snapshot stays.
		await folder.savePictures(painter, size, true).catch(() => {});
		throw error;
	}
	const { step } = painter;
	const finished = step >= painter.setup.steps;
	if (trouble && painter.edits.length > 0) folder.saveEdits(painter.edits);
	// The state first: it is small, and the pictures can be drawn again from it.
	let failure: unknown;
	try {
		folder.saveSnapshot(painter);
	} catch (error) {
		failure = error;
	}
	const pictures = await folder.savePictures(painter, size);
	if (failure) throw failure;
	attempt(() => folder.log({ event: finished ? 'done' : 'stopped', step }));
	return { finished, step, pictures };
}
