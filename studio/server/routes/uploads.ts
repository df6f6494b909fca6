/** @file /uploads: pictures for recipes. */

import { extname } from 'node:path';
import express, { Router } from 'express';
import { uploadId } from '../../protocol.js';
import { bytesOf, idOf } from '../body.js';
import { limits } from '../limits.js';
import { notFound } from '../problem.js';
import type { Studio } from '../studio.js';
import { mediaTypes } from '../uploads.js';

/** What others have made is shown, and nothing else: no script in it runs, nothing in it is loaded. */
export const sandbox = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";

export function uploadRoutes({ uploads }: Studio): Router {
	const router = Router();
	router.post(
		'/',
		express.raw({ type: () => true, limit: limits.uploadBytes, inflate: false }),
		async (request, response) => {
			response.status(201).json(await uploads.add(bytesOf(request)));
		},
	);
	router.get('/:id', (request, response) => {
		const id = idOf(uploadId, request);
		const path = uploads.path(id);
		const type = path && mediaTypes[extname(path).toLowerCase()];
		if (!path || !type) throw notFound(`upload '${id}'`);
		response
			.set('Content-Security-Policy', sandbox)
			.set('Cache-Control', 'private, max-age=31536000, immutable')
			.type(type)
			.sendFile(path, { dotfiles: 'allow' });
	});
	return router;
}
