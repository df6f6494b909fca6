/** @file /runs: begin, look at, steer. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Router } from 'express';
import { z } from 'zod';
import { branchedRecipe } from '../../../src/export/branch.js';
import { branchRequest, type FrameList, newRuns, runCommand, runId } from '../../protocol.js';
import { bodyOf, checked, idOf } from '../body.js';
import { newRunId, runsOf } from '../new-runs.js';
import { notFound } from '../problem.js';
import type { Studio } from '../studio.js';
import { finishedHistory } from '../watch-finished.js';

const stepOf = z.coerce.number().int().min(0).max(1e6);

export function runRoutes(studio: Studio): Router {
	const { queue, gallery, looker } = studio;
	const router = Router();
	/** Folder of a run, drawn now or before. @throws HttpProblem E_NOT_FOUND */
	const folderOf = async (id: string) => queue.get(id)?.path ?? (await gallery.find(id)).path;

	router.get('/', (_, response) => {
		response.json({ runs: queue.all.map((run) => queue.info(run)) });
	});
	router.post('/', (request, response) => {
		const body = bodyOf(newRuns, request);
		const runs = queue.add(runsOf(body, studio), body.front);
		response.status(201).json({ runs: runs.map((run) => queue.info(run)) });
	});
	router.get('/:id', async (request, response) => {
		const id = idOf(runId, request);
		const run = queue.get(id);
		response.json(run ? queue.info(run) : (await gallery.find(id)).info);
	});
	router.delete('/:id', (request, response) => {
		queue.forget(idOf(runId, request));
		response.status(204).end();
	});
	router.post('/:id/commands', async (request, response) => {
		const id = idOf(runId, request);
		response.json(queue.info(await queue.command(id, bodyOf(runCommand, request))));
	});
	router.post('/:id/retry', (request, response) => {
		response.json(queue.info(queue.retry(idOf(runId, request))));
	});
	router.post('/:id/branch', async (request, response) => {
		const id = idOf(runId, request);
		const { step, ...changes } = bodyOf(branchRequest, request);
		const parent = queue.get(id)?.recipe ?? (await gallery.find(id)).info.recipe;
		await folderOf(id);
		const recipe = branchedRecipe(parent, step, changes);
		const [run] = queue.add(
			[{ id: newRunId(recipe, studio.outputs, queue), recipe, parent: { id, step }, changes }],
			true,
		);
		response.status(201).json(queue.info(run!));
	});
	router.get('/:id/history', async (request, response) => {
		const id = idOf(runId, request);
		const run = queue.get(id);
		response.json((run ? run.history : finishedHistory(await gallery.find(id))).answer);
	});
	router.get('/:id/frames', async (request, response) => {
		const path = await folderOf(idOf(runId, request));
		const none: FrameList = { layout: null, steps: [] };
		response.json(existsSync(join(path, 'frames.bin')) ? await looker.do('frames', { path }) : none);
	});
	router.get('/:id/frames/:step', async (request, response) => {
		const path = await folderOf(idOf(runId, request));
		const asked = checked(stepOf, request.params.step);
		if (!existsSync(join(path, 'frames.bin'))) throw notFound('frame of this run');
		const { step, kind, data } = await looker.do('frame', { path, step: asked });
		response.set('x-step', `${step}`).type(kind === 'vector' ? 'application/octet-stream' : kind);
		response.send(Buffer.from(data));
	});
	return router;
}
