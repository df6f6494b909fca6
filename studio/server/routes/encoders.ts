/** @file /encoders: who can judge drawings, and fetching their weights. */

import { Router } from 'express';
import { z } from 'zod';
import { idOf } from '../body.js';
import type { Studio } from '../studio.js';

/** A name of the manifest or of a folder: `org/name` in it is one part of the path, with %2F. */
const encoderName = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,99}(\/[\p{L}\p{N}][\p{L}\p{N}._@-]{0,99})?$/u);

export function encoderRoutes({ downloads }: Studio): Router {
	const router = Router();
	router.get('/', (_, response) => {
		response.json({ encoders: downloads.list() });
	});
	router.post('/:name/download', (request, response) => {
		downloads.start(idOf(encoderName, request, 'name'));
		response.status(202).json({});
	});
	return router;
}
