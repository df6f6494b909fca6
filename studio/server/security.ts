/**
 * @file Who may ask: only pages that the studio itself has served, under names that it goes by, with the token where there is
 * one. A page of another site can send requests to this machine, but not forge Host, Origin or Sec-Fetch-Site.
 */

import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import helmet from 'helmet';
import { HttpProblem } from './problem.js';
import type { TokenGate } from './token.js';

/** Requests of one address in a minute. */
const mostRequests = 3000;

const loopback = ['localhost', '127.0.0.1', '[::1]'];
export const isLoopback = (host: string): boolean => ['localhost', '127.0.0.1', '::1'].includes(host);
const isEverything = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** The names and ports that the studio goes by. */
export class Names {
	/** Known once it listens. */
	port = 0;

	constructor(private readonly host: string) {}

	/** Whether a Host header is one of ours. Bound to every address of the machine, any address will do, but no other name. */
	isHost(header: string | undefined): boolean {
		const match = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?$/i.exec(header ?? '');
		if (!match) return false;
		const name = match[1]!.toLowerCase();
		if (Number(match[2] ?? 80) !== this.port) return false;
		if (loopback.includes(name)) return true;
		if (isEverything(this.host)) return /^(?:\[[0-9a-f:.]+\]|\d{1,3}(?:\.\d{1,3}){3})$/.test(name);
		return name === this.host.toLowerCase() || name === `[${this.host.toLowerCase()}]`;
	}

	/** Whether an Origin header is that of a page of ours, asked for under the same name. */
	isOrigin(origin: string, host: string | undefined): boolean {
		return origin.toLowerCase() === `http://${(host ?? '').toLowerCase()}` && this.isHost(host);
	}
}

/** What is wrong with where a request comes from, if anything; of REST and sockets alike. */
export function refusal(request: IncomingMessage, names: Names): string | undefined {
	const { host, origin } = request.headers;
	if (!names.isHost(host)) return `expected the studio to be asked for by its own name, got the host '${host ?? ''}'`;
	if (origin !== undefined && !names.isOrigin(origin, host))
		return `expected a page of the studio itself, got one of '${origin.slice(0, 200)}'`;
	const site = request.headers['sec-fetch-site'];
	// Links to the page work from anywhere; what lies behind it is for the page alone.
	const isVisit =
		request.headers['sec-fetch-mode'] === 'navigate' &&
		request.method === 'GET' &&
		!/^\/+(?:api|socket\.io)\b/i.test(request.url ?? '');
	if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isVisit)
		return 'expected a page of the studio itself, got one of another site';
	return undefined;
}

/** Headers of every answer. */
export const headers = (): RequestHandler =>
	helmet({
		contentSecurityPolicy: {
			useDefaults: false,
			directives: {
				defaultSrc: ["'self'"],
				scriptSrc: ["'self'"],
				styleSrc: ["'self'"],
				// Positions and colours that the page sets on elements.
				styleSrcAttr: ["'unsafe-inline'"],
				imgSrc: ["'self'", 'blob:', 'data:'],
				mediaSrc: ["'self'", 'blob:'],
				connectSrc: ["'self'"],
				objectSrc: ["'none'"],
				baseUri: ["'none'"],
				formAction: ["'none'"],
				frameAncestors: ["'none'"],
			},
		},
		// The studio speaks plain HTTP.
		strictTransportSecurity: false,
		referrerPolicy: { policy: 'no-referrer' },
	});

/** Turns away what comes from elsewhere. */
export const onlyOurs =
	(names: Names): RequestHandler =>
	(request, _, next) => {
		const reason = refusal(request, names);
		if (reason) throw new HttpProblem(403, 'E_FORBIDDEN', reason);
		next();
	};

/** Turns away who has no token; `?token=` once makes it a cookie. */
export const onlyWithToken =
	(gate: TokenGate): RequestHandler =>
	(request, response, next) => {
		const url = new URL(request.url, 'http://studio');
		const given = request.method === 'GET' ? (url.searchParams.get('token') ?? undefined) : undefined;
		const admission = gate.admit(request, given);
		if (admission === 'waiting')
			throw new HttpProblem(429, 'E_RATE', 'there were too many wrong tokens; wait five minutes');
		if (admission === 'wrong')
			throw new HttpProblem(
				401,
				'E_TOKEN',
				'expected the token of the studio; open the address with ?token=... that it has printed',
			);
		if (given === undefined) return next();
		response.cookie(gate.cookie, given, { httpOnly: true, sameSite: 'strict', path: '/' });
		url.searchParams.delete('token');
		// Out of the address line, the history and the log.
		response.redirect(303, `/${`${url.pathname}${url.search}`.replace(/^\/+/, '')}`);
	};

export const limited = (): RequestHandler =>
	rateLimit({
		windowMs: 60_000,
		limit: mostRequests,
		standardHeaders: 'draft-8',
		legacyHeaders: false,
		handler: (_request, _response, next) =>
			next(new HttpProblem(429, 'E_RATE', `expected at most ${mostRequests} requests a minute; wait a little`)),
	});

/** What changes anything says that it is JSON, which no form of another page can; bytes where a route takes them. */
export const onlyJson: RequestHandler = (request, _, next) => {
	if (request.method === 'GET' || request.method === 'HEAD' || request.method === 'DELETE') return next();
	if (request.is('application/json')) return next();
	const takesBytes =
		(/^\/(?:recipes\/read|presets\/import)$/.test(request.path) && request.is('application/octet-stream')) ||
		(request.path === '/uploads' && request.is(['image/*', 'application/octet-stream']));
	if (takesBytes) return next();
	throw new HttpProblem(
		415,
		'E_MEDIA_TYPE',
		`expected the content type application/json, got '${(request.headers['content-type'] ?? 'none').slice(0, 100)}'`,
	);
};
