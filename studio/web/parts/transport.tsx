/** @file Under the drawing: its caption, how far it is, and the buttons that hold it, end it or take another way. */

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { latest, run } from '../state/live.js';
import { loadFrames, lookBack, past, present } from '../state/past.js';
import { active, pauseOrResume, retry, skip, stop } from '../state/queue.js';
import { duration, likeness, score, stateWord } from '../words.js';
import { BranchForm } from './branch.js';
import { Icon, IconButton } from './icon.js';

export function Caption() {
	const info = run.value;
	const news = latest.value;
	const back = past.value;
	const step = back?.step ?? news?.step ?? info?.step ?? 0;
	const eta = news?.eta ?? info?.eta;
	const on = active(info);
	// Of the steps to come: with fewer candidates they go faster.
	const pace = on && info && eta && step < info.steps ? (info.steps - step) / eta : undefined;
	return (
		<div class="caption">
			<h1 class="caption-title">{info ? info.title : ' '}</h1>
			<p class="caption-line">
				{info ? (
					<>
						<span class={`dot dot-${info.state}`} aria-hidden="true" />
						<span>{back ? 'looking back' : stateWord(info.state)}</span>
						{info.welcome && <span>an example</span>}
						<span>
							step <b>{step}</b> of {info.steps}
						</span>
						<span>
							likeness <b>{score(likeness(info.recipe, news?.scores ?? info.scores))}</b>
						</span>
						{on && eta !== null && eta !== undefined && <span>about {duration(eta)} left</span>}
						{pace !== undefined && <span>{pace.toFixed(pace < 10 ? 1 : 0)} steps/s</span>}
						{!on && info.seconds > 0 && <span>{duration(info.seconds)}</span>}
						{(news?.candidates ?? info.candidates) > 1 && on && (
							<span>best of {news?.candidates ?? info.candidates}</span>
						)}
					</>
				) : (
					<span>Nothing on the easel</span>
				)}
			</p>
		</div>
	);
}

export function Transport() {
	const info = run.value;
	const on = active(info);
	const paused = info?.state === 'paused';
	return (
		<div class="transport" role="toolbar" aria-label="Drawing">
			<IconButton
				name={paused ? 'play' : 'pause'}
				filled={paused}
				label={paused ? 'Resume' : 'Pause'}
				disabled={!on}
				onClick={() => pauseOrResume()}
			/>
			<IconButton name="stop" filled label="Stop and keep" disabled={!on} onClick={() => stop()} />
			<IconButton name="skip" label="Skip, keep nothing" disabled={!on} onClick={() => skip()} />
			<Timeline />
			{info && (info.state === 'failed' || info.state === 'cancelled') && (
				<button type="button" class="plain" onClick={() => retry(info.id)}>
					<Icon name="retry" /> Try again
				</button>
			)}
		</div>
	);
}

/** The way of the drawing so far; its thumb goes back to moments that are kept. */
function Timeline() {
	const info = run.value;
	const back = past.value;
	const now = latest.value?.step ?? info?.step ?? 0;
	const able = info?.frames === true && now > 0;
	const total = Math.max(info?.steps ?? 1, 1);
	return (
		<div class="timeline">
			<input
				type="range"
				aria-label="Timeline"
				aria-valuetext={back ? `step ${back.step}` : `step ${now}, the present`}
				min={0}
				max={total}
				step={1}
				value={back?.step ?? now}
				disabled={!able}
				ref={(element) => element?.style.setProperty('--done', `${now / total}`)}
				onPointerDown={() => void loadFrames()}
				onFocus={() => void loadFrames()}
				onInput={(event) => {
					const at = event.currentTarget.valueAsNumber;
					if (at >= now) present();
					else void lookBack(at);
				}}
			/>
		</div>
	);
}

/** What can be done with a moment that is looked back at; beside the timeline, which keeps its length. */
export function LookingBack() {
	const info = run.value;
	const back = past.value;
	const branching = useSignal(false);
	useEffect(() => {
		branching.value = false;
	}, [info?.id]);
	if (!back || !info) return null;
	return (
		<div class="looking-back">
			<button
				type="button"
				class="plain"
				aria-expanded={branching.value}
				onClick={() => {
					branching.value = !branching.value;
				}}
			>
				<Icon name="branch" /> Branch from here
			</button>
			<button type="button" class="plain" onClick={present}>
				<Icon name="live" /> Now
			</button>
			{branching.value && (
				<BranchForm
					info={info}
					step={back.step}
					onDone={() => {
						branching.value = false;
					}}
				/>
			)}
		</div>
	);
}
