/** @file /health and /studio: whether it is there, and what the page needs first. */

import { Router } from 'express';
import { z } from 'zod';
import { wildcardsIn } from '../../../src/guidance/wildcards.js';
import { packageVersion } from '../../../src/package-root.js';
import { recipeSchema } from '../../../src/recipe/schema.js';
import { jsonSchema } from '../../../src/validation.js';
import type { StudioInfo } from '../../protocol.js';
import { checked } from '../body.js';
import { limits } from '../limits.js';
import type { Studio } from '../studio.js';
import { welcome } from '../welcome.js';

/** Whether something may be drawn to look at. */
export const studioQuery = z.strictObject({ welcome: z.enum(['0', '1']).default('1') });

export function infoRoutes({ queue, welcome: recipe }: Studio): Router {
	const version = packageVersion();
	const router = Router();
	router.get('/health', (_, response) => {
		response.json({ status: 'ok', version, uptime: Math.round(process.uptime()) });
	});
	router.get('/studio', (request, response) => {
		// Scripts that ask need no drawing to look at.
		const byBrowser = request.headers['sec-fetch-site'] === 'same-origin';
		const { welcome: wanted } = checked(studioQuery, request.query);
		const drawing = recipe && byBrowser && wanted === '1' ? welcome(queue, recipe) : undefined;
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
