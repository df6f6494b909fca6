/** @file What exports of a run cost: `npm run bench -- exports`. */

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFinishedRun } from '../src/export/finished-run.js';
import { formats } from '../src/export/formats.js';
import { FrameRecorder } from '../src/export/frames.js';
import { runInFolder } from '../src/export/run.js';
import { RunFolder } from '../src/export/run-folder.js';
import { Painter } from '../src/painter/painter.js';
import { openPainter } from '../src/painter/setup.js';
import { parseRecipe } from '../src/recipe/schema.js';
import { brief, printRows } from './measure.js';

const scales = [1, 3];

/** Every format of the default drawing of a red heart: processor time of all threads, wall time, size. */
export async function exportsBench(json: boolean): Promise<void> {
	const root = mkdtempSync(join(tmpdir(), 'atelier-bench-'));
	try {
		const opened = await openPainter(parseRecipe({ prompts: 'a red heart', seed: 1 }));
		const folder = RunFolder.create(opened.recipe, root);
		const painter = Painter.create(opened.setup);
		const recording = recordingCost(join(root, 'frames.bin'), Painter.create(opened.setup));
		const drawing = await cost(() => runInFolder(painter, folder, opened));
		await opened.close();
		const frames = statSync(folder.file('frames.bin')).size;
		const rows: (readonly [string, string])[] = [
			['drawing', `${brief(drawing.wall)} s`],
			['frames.bin', `${frames} bytes, ${brief(recording * 1000)} ms a record of six candidates`],
		];
		const run = openFinishedRun(folder.path);
		const results: Record<string, unknown>[] = [];
		for (const scale of scales)
			for (const [name, { make, takes }] of Object.entries(formats)) {
				const size = takes.includes('scale') ? { scale } : {};
				if (scale !== 1 && !('scale' in size)) continue;
				let bytes = 0;
				const { cpu, wall } = await cost(async () => {
					bytes = (await make(run, size)).bytes.length;
				});
				rows.push([`${name} x${scale}`, `${brief(cpu)} s CPU, ${brief(wall)} s, ${bytes} bytes`]);
				results.push({ format: name, scale, cpu, wall, bytes });
			}
		printRows(rows);
		if (json) console.log(JSON.stringify({ drawing, frames, recording, results }));
	} finally {
		rmSync(root, { recursive: true, force: true });
	}
}

/** Seconds of processor time and of wall time. */
async function cost(work: () => Promise<unknown>): Promise<{ cpu: number; wall: number }> {
	const [before, start] = [process.cpuUsage(), performance.now()];
	await work();
	const { user, system } = process.cpuUsage(before);
	return { cpu: (user + system) / 1e6, wall: (performance.now() - start) / 1000 };
}

/** Median seconds of keeping all candidates once. */
function recordingCost(path: string, painter: Painter): number {
	const recorder = FrameRecorder.open(path, painter)!;
	const times = Array.from({ length: 200 }, () => {
		const start = performance.now();
		recorder.record(painter);
		return (performance.now() - start) / 1000;
	});
	return times.sort((a, b) => a - b)[times.length >> 1]!;
}
