/** @file Thread entry: exports, frames of finished runs, embeddings for the search; one task after another. */

import { parentPort } from 'node:worker_threads';
import type { DualEncoder } from '../../src/encoders/encoder.js';
import { openEncoder } from '../../src/encoders/open-encoder.js';
import { engineByName } from '../../src/engines/index.js';
import { exportBytes } from '../../src/export/export-run.js';
import { framesOf, openFinishedRun } from '../../src/export/finished-run.js';
import { readText } from '../../src/guidance/readings.js';
import { doubtsAbout, pictureEmbedding } from '../../src/guidance/targets.js';
import { readPicture } from '../../src/image-io.js';
import { resolveRecipe } from '../../src/recipe/resolve.js';
import { encodersOf, needsEncoder } from '../../src/recipe/schema.js';
import { VectorEncoder } from '../vectors.js';
import { stepBack } from './background.js';
import { failureOf } from './failure.js';
import { encodeWebp } from './frame-source.js';
import type { TaskName, Tasks } from './task-messages.js';

/** The encoder of the search. */
const name = 'builtin';

let opened: Promise<DualEncoder> | undefined;
/** Its embeddings are remembered, so that it is always the same. */
const encoder = (): Promise<DualEncoder> => {
	opened ??= engineByName('onnxruntime', { threads: 1 }).then((engine) => openEncoder(name, engine, { threads: 1 }));
	return opened;
};

type Table = { [N in TaskName]: (takes: Tasks[N]['takes']) => Promise<Tasks[N]['gives']> };

const tasks: Table = {
	async export({ path, format, options }) {
		const { bytes } = await exportBytes(openFinishedRun(path), format, options);
		return { bytes };
	},
	async frames({ path }) {
		const run = openFinishedRun(path);
		const steps = framesOf(run).map(({ step }) => step);
		return { layout: run.renderer.vectors?.layout ?? null, steps: [...new Set(steps)] };
	},
	async frame({ path, step: asked }) {
		const { renderer, ...run } = openFinishedRun(path);
		const frames = framesOf({ renderer, ...run });
		const { step, params } = frames.findLast(({ step }) => step <= asked) ?? frames[0]!;
		if (renderer.vectors)
			return { step, kind: 'vector', data: new VectorEncoder().encode(renderer.vectors.figures(params), true) };
		return {
			step,
			kind: 'image/webp',
			data: await encodeWebp((renderer.scaled?.(1) ?? renderer).render(params).image),
		};
	},
	async pictures({ paths }) {
		const eye = await encoder();
		const onto = { width: eye.imageSize, height: eye.imageSize };
		return Promise.all(
			paths.map(async (path) => {
				try {
					return await pictureEmbedding(await readPicture(path, { onto }), eye);
				} catch {
					return undefined; // Removed meanwhile, or damaged: it is not found by its looks.
				}
			}),
		);
	},
	async doubts({ recipe }) {
		if (!encodersOf(recipe).some((judge) => judge.name === name) || !needsEncoder(recipe)) return [];
		const { prompts, negative } = resolveRecipe(recipe);
		const eye = await encoder();
		const texts = [...prompts, ...negative].flatMap(({ text }) =>
			readText(text).readings.map((reading) => reading.text),
		);
		return [...new Set(texts)].flatMap((text) => doubtsAbout(text, eye));
	},
	async words({ text }) {
		const [embedding] = await (await encoder()).encodeTexts([text]);
		return embedding!;
	},
};

/** A task by number, or to end after the task that is under way. */
export type TaskRequest = { readonly call: number; readonly name: TaskName; readonly takes: unknown } | 'end';

stepBack();
const port = parentPort!;
let ended = false;
let last: Promise<void> = Promise.resolve();
port.on('message', (request: TaskRequest) => {
	if (request === 'end') {
		ended = true;
		// What is under way is still answered.
		void last.then(() => port.close());
		return;
	}
	const { call, name: task, takes } = request;
	last = last.then(async () => {
		if (ended) return;
		try {
			const act = tasks[task] as (takes: unknown) => Promise<unknown>;
			port.postMessage({ call, gives: await act(takes) });
		} catch (error) {
			port.postMessage({ call, failure: failureOf(error) });
		}
	});
});
