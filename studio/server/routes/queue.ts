/** @file /queue: what waits, in which order, whether at all. */

import { Router } from 'express';
import { queueCommand } from '../../protocol.js';
import { bodyOf } from '../body.js';
import type { Studio } from '../studio.js';

export function queueRoutes({ queue }: Studio): Router {
	const router = Router();
	router.get('/', (_, response) => {
		response.json(queue.queueInfo);
	});
	router.post('/', (request, response) => {
		const body = bodyOf(queueCommand, request);
		switch (body.command) {
			case 'pause':
			case 'resume':
				queue.pause(body.command === 'pause');
				break;
			case 'clear':
				queue.clear();
				break;
			case 'move':
				queue.move(body.id, body.position);
				break;
			case 'cancel':
				queue.cancel(body.ids);
				break;
		}
		response.json(queue.queueInfo);
	});
	return router;
}
