/** @file The easel: the drawing as large as there is room, steered on itself, with its caption below. */

import { useEffect, useRef } from 'preact/hooks';
import { url } from '../api.js';
import { Easel } from '../easel.js';
import { setting } from '../state/draft.js';
import { bestCandidate, onPicture, pictureOf, run, shared, watched } from '../state/live.js';
import { past } from '../state/past.js';
import { drawing, queue, skip } from '../state/queue.js';
import { inHand } from '../state/steer.js';
import { duration } from '../words.js';
import { Icon } from './icon.js';
import { Overlay } from './overlay.js';

export function Stage() {
	const canvas = useRef<HTMLCanvasElement>(null);
	const easel = useRef<Easel | undefined>(undefined);
	const info = run.value;
	const size = info?.recipe.size ?? (setting(['size']) as [number, number] | undefined) ?? [1, 1];
	const back = past.value;
	const backRef = useRef(back);
	backRef.current = back;

	useEffect(() => {
		const mine = new Easel(canvas.current!);
		easel.current = mine;
		let last = -1;
		const show = (candidate: number) => {
			if (backRef.current) return;
			const best = bestCandidate();
			// From one candidate to another there is no way to glide.
			if (candidate === best || candidate === -1) mine.show(pictureOf(best), best === last);
			last = best;
		};
		show(-1);
		const stop = onPicture(show);
		return () => {
			stop();
			mine.close();
		};
	}, []);
	useEffect(() => {
		if (back) easel.current?.show(back);
		else easel.current?.show(pictureOf(bestCandidate()));
	}, [back]);

	const ended = info && !['queued', 'preparing', 'running', 'paused'].includes(info.state);
	return (
		<div class="stage" data-state={info?.state ?? 'empty'}>
			<div
				class="sheet"
				ref={(element) => {
					element?.style.setProperty('--ratio', `${size[0] / size[1]}`);
				}}
			>
				{ended && watched.value && info.state !== 'failed' && info.state !== 'cancelled' && (
					<img
						class="sheet-image"
						src={url.picture(info)}
						alt=""
						onError={(event) => event.currentTarget.remove()}
						key={info.id}
					/>
				)}
				<canvas
					ref={canvas}
					class="sheet-canvas"
					role="img"
					aria-label={info ? `Drawing of ${info.title}` : 'Empty sheet'}
				/>
				{info && inHand() && <Overlay drawing={() => easel.current?.drawing} />}
				{!info && <EmptySheet />}
				{info?.state === 'queued' && <Waits />}
				{info?.state === 'preparing' && <p class="sheet-note">Sharpening the pencils …</p>}
				{info?.problem && (
					<div class="sheet-problem" role="alert">
						<strong>{info.problem.title}</strong>
						<p>{info.problem.detail}</p>
					</div>
				)}
			</div>
		</div>
	);
}

/** What a drawing waits for. */
function Waits() {
	const now = drawing.value;
	if (queue.value.paused) return <p class="sheet-note">Waits: the queue is held.</p>;
	if (!now) return <p class="sheet-note">In a moment …</p>;
	return (
		<div class="sheet-note">
			<p>
				After “{now.title}”{now.eta ? `, in about ${duration(now.eta)}` : ''}
			</p>
			<button type="button" class="link" title="Ends it, and keeps nothing of it" onClick={() => skip(now)}>
				<Icon name="skip" /> Skip “{now.title}”
			</button>
		</div>
	);
}

function EmptySheet() {
	return (
		<div class="sheet-empty">
			<svg viewBox="0 0 120 90" aria-hidden="true">
				<path d="M12 70C22 20 52 6 54 38S34 84 72 62s28-42 36-40" />
			</svg>
			<p>
				{shared.value ? 'A shared recipe.' : 'A blank sheet.'} <br />
				{shared.value ? 'Press Draw to draw it again.' : 'Say what to draw.'}
			</p>
		</div>
	);
}
