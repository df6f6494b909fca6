/** @file Errors on their way: between threads, and into the log. */

import { AtelierError, type ErrorCode } from '../../src/errors.js';
import type { Failure } from './run-messages.js';

export function failureOf(error: unknown): Failure {
	return {
		message: error instanceof Error ? error.message : String(error),
		code: error instanceof AtelierError ? error.code : undefined,
		stack: error instanceof Error ? error.stack : undefined,
	};
}

export function errorOf({ message, code, stack }: Failure): Error {
	if (code) return new AtelierError(code as ErrorCode, message);
	const error = new Error(message);
	if (stack) error.stack = stack;
	return error;
}

/** What fails is told, and ends nothing. */
export function attempt(log: (message: string) => void, what: string, act: () => void): void {
	try {
		act();
	} catch (error) {
		log(`${what}: ${String(error)}`);
	}
}
