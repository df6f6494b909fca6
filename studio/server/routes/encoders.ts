/** @file /encoders: who can judge drawings. */

import { Router } from 'express';
import { z } from 'zod';
import { listEncoders } from '../../../src/encoders/hub.js';
import type { EncoderInfo } from '../../protocol.js';
import { idOf } from '../body.js';
import { HttpProblem, notFound } from '../problem.js';

const encoderName = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,99}$/u);

export function encoderRoutes(): Router {
	const router = Router();
	const list = (): EncoderInfo[] =>
		listEncoders().map(({ path: _, ...encoder }) => ({ ...encoder, present: true, downloadable: false }));
	router.get('/', (_, response) => {
		response.json({ encoders: list() });
	});
	router.post('/:name/download', (request) => {
		const name = idOf(encoderName, request, 'name');
		if (!list().some((encoder) => encoder.name === name)) throw notFound(`encoder '${name}'`);
		throw new HttpProblem(409, 'E_STATE', `the weights of '${name}' are on this machine already`);
	});
	return router;
}
