/** @file A run that is over, for whoever looks at it: as if it had just ended. */

import type { Frame, Watched } from '../protocol.js';
import { History } from './history.js';
import type { Output } from './output.js';
import { HttpProblem } from './problem.js';
import type { Studio } from './studio.js';

/** Undefined when there is no such run. */
export async function watchFinished({ gallery, looker }: Studio, id: string): Promise<Watched | undefined> {
	try {
		const output = await gallery.find(id);
		const { info, path } = output;
		const history = finishedHistory(output).answer;
		if (!info.frames) return { run: info, history, layout: null, frames: [], locked: [] };
		const { layout } = await looker.do('frames', { path });
		const { step, kind, data } = await looker.do('frame', { path, step: info.step });
		const frame: Frame = { run: id, step, candidate: 0, kind, data: Buffer.from(data), layout: 0 };
		return { run: info, history, layout, frames: [frame], locked: [] };
	} catch (error) {
		if (error instanceof HttpProblem && error.status === 404) return undefined;
		throw error;
	}
}

/** The curves of a run that is over. */
export const finishedHistory = ({ path }: Output): History => History.in(path);
