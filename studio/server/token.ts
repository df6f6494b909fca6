/** @file The token that a studio beyond this machine asks for: given once in the address, then kept in a cookie; guessing is slow. */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Wrong tokens of one address before it has to wait, and how long that is. */
const mostFailures = 10;
const waitMs = 5 * 60_000;
/** Addresses that are remembered at most. */
const mostAddresses = 10_000;

/** Characters of a token that is chosen by hand, at least. */
export const shortestToken = 16;

export const newToken = (): string => randomBytes(24).toString('base64url');

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether a request may come in. */
export type Admission = 'admitted' | 'wrong' | 'waiting';

/** Checks tokens. */
export class TokenGate {
	private readonly wanted: Buffer;
	private readonly failures = new Map<string, { count: number; until: number }>();

	constructor(
		token: string,
		readonly cookie: string,
		private readonly now: () => number = Date.now,
	) {
		this.wanted = digest(token);
	}

	/** A request by its cookie or its Authorization header; or by a token of the address line. */
	admit(request: IncomingMessage, given = this.tokenOf(request)): Admission {
		const address = request.socket.remoteAddress ?? '';
		const failed = this.failures.get(address);
		if (failed && failed.until < this.now()) this.failures.delete(address);
		else if (failed && failed.count >= mostFailures) return 'waiting';
		// Hashed, so that lengths are equal and tell nothing.
		if (given !== undefined && timingSafeEqual(digest(given), this.wanted)) return 'admitted';
		if (given !== undefined) this.failed(address);
		return 'wrong';
	}

	private tokenOf(request: IncomingMessage): string | undefined {
		const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
		if (bearer !== undefined) return bearer;
		for (const part of (request.headers.cookie ?? '').split(';')) {
			const [name, value] = part.trim().split('=', 2);
			if (name === this.cookie) return value;
		}
		return undefined;
	}

	private failed(address: string): void {
		const count = (this.failures.get(address)?.count ?? 0) + 1;
		if (this.failures.size >= mostAddresses) this.failures.delete(this.failures.keys().next().value!);
		this.failures.set(address, { count, until: this.now() + waitMs });
	}
}
