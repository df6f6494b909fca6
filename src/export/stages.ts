/** @file A sheet of the stages of one drawing, from its start to its end. */

import { pictureGrid, type SheetCell } from './contact-sheet.js';
import { type Easing, easings } from './easing.js';
import { drawerOf, exportSize, type FinishedRun, framesOf, type SizeOptions } from './finished-run.js';
import { moment } from './timelapse.js';

export interface StagesOptions extends SizeOptions {
	/** Default 'ease-in': most happens early. */
	readonly easing?: Easing;
	readonly onProgress?: (done: number, total: number) => void;
}

const stages = 12;
const columns = 4;
const mostSide = 2048;

/** PNG bytes of twelve stages (fewer of a run of fewer steps), labelled with their steps. @throws AtelierError E_IO without recorded frames */
export async function stagesSheet(run: FinishedRun, options: StagesOptions = {}): Promise<Buffer> {
	const { progress } = easings[options.easing ?? 'ease-in'];
	const size = exportSize(run, options, mostSide);
	const frames = framesOf(run);
	const draw = drawerOf(run, size);
	const steps = new Set(Array.from({ length: stages }, (_, i) => Math.round(progress(i / (stages - 1)) * run.step)));
	const cells: SheetCell[] = [];
	for (const step of steps) {
		cells.push({ picture: await draw(moment(frames, step)), label: `step ${step}` });
		options.onProgress?.(cells.length, steps.size);
	}
	return pictureGrid(cells, Math.min(columns, cells.length));
}
