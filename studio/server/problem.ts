/** @file Errors as `application/problem+json` (RFC 9457): what the user can put right is said in full, everything else is logged and kept to ourselves. */

import type { ErrorRequestHandler, RequestHandler } from 'express';
import { AtelierError, type ErrorCode } from '../../src/errors.js';
import type { Issue } from '../../src/validation.js';
import type { Problem } from '../protocol.js';

const titles: Readonly<Record<number, string>> = {
	400: 'Bad request',
	401: 'Token needed',
	403: 'Forbidden',
	404: 'Not found',
	405: 'Method not allowed',
	409: 'Conflict',
	413: 'Too large',
	415: 'Unsupported media type',
	429: 'Too many requests',
	500: 'Something went wrong',
	502: 'Another server failed',
	503: 'Not now',
};

/** Of errors that are not the asker's. */
const statuses: Readonly<Partial<Record<ErrorCode, number>>> = { E_IO: 500, E_ENGINE: 500, E_NETWORK: 502 };

/** An answer that is no success: status, stable code, sentence. */
export class HttpProblem extends Error {
	constructor(
		readonly status: number,
		readonly code: string,
		detail: string,
		readonly issues?: readonly Issue[],
	) {
		super(detail);
	}
}

export const notFound = (what: string): HttpProblem =>
	new HttpProblem(404, 'E_NOT_FOUND', `there is no ${what}; it may have been removed`);

/** What goes over the wire of an error. `folder` is left out of paths. */
export function problemOf(error: unknown, folder = ''): Problem {
	const { status, code, detail } = described(error);
	const issues = error instanceof HttpProblem ? error.issues : undefined;
	return {
		type: 'about:blank',
		title: titles[status] ?? 'Error',
		status,
		detail: folder ? detail.replaceAll(`${folder}/`, '').replaceAll(folder, 'the outputs folder') : detail,
		code,
		...(issues && {
			issues: issues.map(({ path, message, suggestion }) => ({ path, message, ...(suggestion && { suggestion }) })),
		}),
	};
}

function described(error: unknown): { status: number; code: string; detail: string } {
	if (error instanceof HttpProblem) return { status: error.status, code: error.code, detail: error.message };
	if (error instanceof AtelierError)
		return {
			status: statuses[error.code] ?? 400,
			code: error.code,
			detail: error.message,
		};
	// What express and its parsers refuse.
	const { status, type } = (error ?? {}) as { status?: unknown; type?: unknown };
	if (status === 413)
		return { status, code: 'E_TOO_LARGE', detail: 'expected a smaller body; GET /api/v1/studio says the limits' };
	if (status === 415) return { status, code: 'E_MEDIA_TYPE', detail: 'expected another encoding of the body' };
	if (typeof status === 'number' && status >= 400 && status < 500)
		return {
			status,
			code: 'E_ARGUMENT',
			detail:
				type === 'entity.parse.failed' ? 'expected JSON in the body, got something else' : 'the request is malformed',
		};
	return { status: 500, code: 'E_INTERNAL', detail: 'something unexpected happened; the log of the studio says more' };
}

/** Where nothing else has answered. */
export const noRoute: RequestHandler = (request) => {
	throw new HttpProblem(404, 'E_NOT_FOUND', `there is nothing at ${request.method} ${request.path.slice(0, 200)}`);
};

/** The last handler. */
export function answerProblems(folder: string, log: (message: string) => void): ErrorRequestHandler {
	return (error: unknown, request, response, next) => {
		const problem = problemOf(error, folder);
		if (problem.code === 'E_INTERNAL')
			log(`${request.method} ${request.path}: ${error instanceof Error ? error.stack : String(error)}`);
		if (response.headersSent) return next(error);
		response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
	};
}
