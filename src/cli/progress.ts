/** @file A progress line on a terminal; where there is none, a plain line every tenth of the way. */

const barWidth = 24;
/** Milliseconds between redraws. */
const interval = 80;

/** Shows how far something is. */
export class Progress {
	private tenth = 0;
	private drawn = 0;
	private shown = '';
	private readonly live: boolean;

	constructor(
		private readonly out: NodeJS.WriteStream,
		private readonly quiet: boolean,
	) {
		this.live = out.isTTY === true && process.env.TERM !== 'dumb';
	}

	/** `done` of `total`, what to say about it, and the seconds left. */
	update(done: number, total: number, text: string, etaSeconds: number): void {
		if (this.quiet || total <= 0) return;
		const share = Math.min(1, done / total);
		const line = `${done}/${total}  ${text}${done < total ? `  ETA ${duration(etaSeconds)}` : ''}`;
		if (this.live) {
			const now = performance.now();
			if (done < total && now - this.drawn < interval) return;
			this.drawn = now;
			const filled = Math.round(share * barWidth);
			this.draw(`${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${line}`);
		} else if (Math.floor(share * 10) > this.tenth) {
			this.tenth = Math.floor(share * 10);
			this.out.write(`${line}\n`);
		}
	}

	/** A message of its own, above the line. */
	note(message: string): void {
		const bar = this.shown;
		this.clear();
		this.out.write(`${message}\n`);
		if (bar) this.draw(bar);
	}

	/** Leave the line as it is and go on below it. */
	end(): void {
		this.tenth = 0;
		if (this.shown) this.out.write('\n');
		this.shown = '';
	}

	/** A listener for work in phases: each is announced, then has a bar of its own. @param names what a phase is called */
	phases<Phase extends string>(
		names: Readonly<Record<Phase, string>>,
	): (at: { readonly phase: Phase; readonly done: number; readonly total: number }) => void {
		let current: Phase | undefined;
		let begun = 0;
		return ({ phase, done, total }) => {
			if (phase !== current) {
				this.end();
				if (!this.quiet) this.note(names[phase]);
				current = phase;
				begun = performance.now();
			}
			const each = (performance.now() - begun) / 1000 / Math.max(1, done);
			this.update(done, total, names[phase], each * (total - done));
		};
	}

	private draw(text: string): void {
		// A line that wraps could not be drawn over.
		this.shown = text.slice(0, Math.max(20, (this.out.columns || 80) - 1));
		this.out.write(`\r\u001b[2K${this.shown}`);
	}

	private clear(): void {
		if (this.shown) this.out.write('\r\u001b[2K');
		this.shown = '';
	}
}

/** 7 s, 3:05, 2:10:00. */
export function duration(seconds: number): string {
	if (!Number.isFinite(seconds)) return '?';
	const s = Math.max(0, Math.round(seconds));
	if (s < 60) return `${s} s`;
	const pad = (n: number) => String(n).padStart(2, '0');
	const minutes = Math.floor(s / 60);
	return minutes < 60 ? `${minutes}:${pad(s % 60)}` : `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(s % 60)}`;
}
