/** @file The one error class of the library: a stable code for programs, a sentence for people. */

/** Stable error codes; scripts may match on them, so they are only ever added to. */
export type ErrorCode =
	| 'E_ARGUMENT' // an option or argument is out of range or of the wrong kind
	| 'E_SHAPE' // tensor shapes do not fit together
	| 'E_ENGINE' // an engine is absent or refused a program
	| 'E_CHECKPOINT' // a model file is corrupt, truncated or of another architecture
	| 'E_IMAGE' // a picture cannot be read or is too large
	| 'E_RECIPE' // a recipe or snapshot is not valid
	| 'E_IO' // a file or folder cannot be read or written
	| 'E_NETWORK' // a server cannot be reached, refuses, or sends something else than it should
	| 'E_CORPUS'; // training data is missing or malformed

/** An error that says what was expected, what was got and what to do; never needs a stack trace to be understood. */
export class AtelierError extends Error {
	override readonly name = 'AtelierError';
	constructor(
		readonly code: ErrorCode,
		message: string,
		options?: { cause?: unknown },
	) {
		super(message, options);
	}
}
