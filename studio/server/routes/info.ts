/** @file /health and /studio: whether it is there, and what the page needs first. */

import { Router } from 'express';
import { wildcardsIn } from '../../../src/guidance/wildcards.js';
import { packageVersion } from '../../../src/package-root.js';
import { recipeSchema } from '../../../src/recipe/schema.js';
import { jsonSchema } from '../../../src/validation.js';
import type { StudioInfo } from '../../protocol.js';
import { limits } from '../limits.js';
import type { Studio } from '../studio.js';
import { welcome } from '../welcome.js';

export function infoRoutes({ queue, welcome: recipe }: Studio): Router {
	const version = packageVersion();
	const router = Router();
	router.get('/health', (_, response) => {
		response.json({ status: 'ok', version, uptime: Math.round(process.uptime()) });
	});
	router.get('/studio', (request, response) => {
		// Scripts that ask need no drawing to look at.
		const byBrowser = request.headers['sec-fetch-site'] === 'same-origin';
		const drawing = recipe && byBrowser ? welcome(queue, recipe) : undefined;
		const info: StudioInfo = {
			version,
			schema: jsonSchema(recipeSchema),
			limits,
			wildcards: wildcardsIn().names(),
			...(drawing && { welcome: queue.info(drawing) }),
		};
		response.json(info);
	});
	return router;
}
