/** @file /runs: begin, look at, steer. */

import { Router } from 'express';
import { newRuns, runCommand, runId } from '../../protocol.js';
import { bodyOf, idOf } from '../body.js';
import { runsOf } from '../new-runs.js';
import { notFound } from '../problem.js';
import type { Studio } from '../studio.js';

export function runRoutes(studio: Studio): Router {
	const { queue } = studio;
	const router = Router();
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
		response.json(run ? queue.info(run) : await studio.finished(id));
	});
	router.delete('/:id', (request, response) => {
		queue.forget(idOf(runId, request));
		response.status(204).end();
	});
	router.post('/:id/commands', async (request, response) => {
		const id = idOf(runId, request);
		if (!queue.get(id)) throw notFound(`run '${id}' in the queue`);
		response.json(queue.info(await queue.command(id, bodyOf(runCommand, request))));
	});
	router.post('/:id/retry', (request, response) => {
		response.json(queue.info(queue.retry(idOf(runId, request))));
	});
	router.get('/:id/history', async (request, response) => {
		const id = idOf(runId, request);
		const run = queue.get(id);
		response.json(run ? run.history.answer : await studio.finishedHistory(id));
	});
	return router;
}
