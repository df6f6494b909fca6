/** @file What is drawn now, what waits, and what went wrong. */

import type { RunInfo } from '../../protocol.js';
import { api } from '../api.js';
import { latest, watched } from '../state/live.js';
import { active, failed, queue, retry, show, tellQueue, waiting } from '../state/queue.js';
import { attempt } from '../state/ui.js';
import { duration, stateWord } from '../words.js';
import { IconButton } from './icon.js';

export function QueueList() {
	const { runs, paused } = queue.value;
	const wait = waiting.value;
	return (
		<section class="queue" aria-label="Queue">
			<header class="section-head">
				<h2>Queue</h2>
				<span class="row">
					<button type="button" class="link" onClick={() => tellQueue({ command: paused ? 'resume' : 'pause' })}>
						{paused ? 'Go on' : 'Hold'}
					</button>
					{wait.length > 0 && (
						<button type="button" class="link" onClick={() => tellQueue({ command: 'clear' })}>
							Clear
						</button>
					)}
				</span>
			</header>
			{paused && <p class="hint">Held: nothing new begins.</p>}
			{runs.length === 0 && failed.value.length === 0 && (
				<p class="hint">Nothing waits. Drawings started while one is drawn line up here.</p>
			)}
			<ol class="queue-list">
				{runs.map((info) => (
					<QueueItem key={info.id} info={info} place={wait.indexOf(info)} last={wait.length - 1} />
				))}
				{failed.value.map((info) => (
					<li key={info.id} class="queue-item failed">
						<button type="button" class="queue-title" onClick={() => show(info)}>
							{info.title}
							<small>{info.problem?.detail ?? stateWord(info.state)}</small>
						</button>
						<IconButton small name="retry" label={`Try ${info.title} again`} onClick={() => retry(info.id)} />
						<IconButton
							small
							name="close"
							label={`Forget ${info.title}`}
							onClick={() =>
								attempt(async () => {
									failed.value = failed.value.filter(({ id }) => id !== info.id);
									await api.forget(info.id);
								})
							}
						/>
					</li>
				))}
			</ol>
		</section>
	);
}

function QueueItem({ info, place, last }: { readonly info: RunInfo; readonly place: number; readonly last: number }) {
	const on = active(info);
	const news = info.id === watched.value ? latest.value : undefined;
	const left = news?.eta ?? info.eta;
	const move = (to: number) => tellQueue({ command: 'move', id: info.id, position: to });
	return (
		<li class={on ? 'queue-item on' : 'queue-item'} aria-current={info.id === watched.value ? 'true' : undefined}>
			<button type="button" class="queue-title" onClick={() => show(info)}>
				{info.title}
				<small>
					{on
						? `${stateWord(info.state)} · step ${news?.step ?? info.step} of ${info.steps}${left ? ` · about ${duration(left)} left` : ''}`
						: info.eta
							? `done in about ${duration(info.eta)}`
							: stateWord(info.state)}
				</small>
			</button>
			{place >= 0 && (
				<span class="row">
					<IconButton
						small
						name="up"
						label={`Move ${info.title} up`}
						disabled={place === 0}
						onClick={() => move(place - 1)}
					/>
					<IconButton
						small
						name="down"
						label={`Move ${info.title} down`}
						disabled={place === last}
						onClick={() => move(place + 1)}
					/>
					<IconButton
						small
						name="close"
						label={`Cancel ${info.title}`}
						onClick={() => tellQueue({ command: 'cancel', ids: [info.id] })}
					/>
				</span>
			)}
		</li>
	);
}
