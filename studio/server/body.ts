/** @file Reading requests: bodies and queries by their schemas, ids by theirs. */

import type { Request } from 'express';
import type { z } from 'zod';
import { plainDataIssues } from '../../src/recipe/plain-data.js';
import { summary, validate } from '../../src/validation.js';
import { HttpProblem, notFound } from './problem.js';

/** @throws HttpProblem E_ARGUMENT with every issue */
export function checked<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
	const result = validate(schema, value);
	if ('value' in result) return result.value;
	throw new HttpProblem(400, 'E_ARGUMENT', summary(result.issues), result.issues);
}

/** The JSON of a request. @throws HttpProblem E_ARGUMENT */
export function bodyOf<S extends z.ZodType>(schema: S, request: Request): z.output<S> {
	const body: unknown = request.body ?? {};
	// Before zod, which leaves out what would poison a prototype without a word.
	const issues = plainDataIssues(body);
	if (issues.length > 0) throw new HttpProblem(400, 'E_ARGUMENT', summary(issues), issues);
	return checked(schema, body);
}

/** A part of the path that is an id; what cannot be one names nothing. @throws HttpProblem E_NOT_FOUND */
export function idOf<S extends z.ZodType<string>>(schema: S, request: Request, name = 'id'): string {
	const result = schema.safeParse(request.params[name]);
	if (!result.success) throw notFound('such name');
	return result.data;
}

/** The bytes of a request. @throws HttpProblem E_ARGUMENT when there are none */
export function bytesOf(request: Request): Buffer {
	if (Buffer.isBuffer(request.body) && request.body.length > 0) return request.body;
	throw new HttpProblem(400, 'E_ARGUMENT', 'expected the bytes of a file, got none');
}
