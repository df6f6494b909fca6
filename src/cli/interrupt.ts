/** @file Ctrl-C: the first asks to end after the current step, the second ends at once. */

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/** Fires once the user wants to stop. */
export interface Interruption {
	readonly signal: AbortSignal;
	/** What the process should exit with; undefined while nobody has interrupted. */
	readonly exitCode: number | undefined;
	dispose(): void;
}

/** Listen for interrupts; `onFirst` tells the user what is going to happen. */
export function listenForInterrupts(onFirst: () => void): Interruption {
	const controller = new AbortController();
	let exitCode: number | undefined;
	const handle = (name: keyof typeof exitCodes) => {
		if (exitCode !== undefined) process.exit(exitCodes[name]);
		exitCode = exitCodes[name];
		onFirst();
		controller.abort();
	};
	process.on('SIGINT', handle);
	process.on('SIGTERM', handle);
	return {
		signal: controller.signal,
		get exitCode() {
			return exitCode;
		},
		dispose() {
			process.off('SIGINT', handle);
			process.off('SIGTERM', handle);
		},
	};
}
