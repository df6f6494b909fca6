/** @file Says step and likeness to those who listen instead of looking, at most every ten seconds. */

import { useEffect, useState } from 'preact/hooks';
import { latest, run } from '../state/live.js';
import { active } from '../state/queue.js';
import { likeness, score, stateWord } from '../words.js';

const every = 10_000;

export function Announcer() {
	const [said, say] = useState('');
	const info = run.value;
	const state = info ? `${info.title} ${stateWord(info.state)}` : '';
	useEffect(() => {
		say(state);
		const timer = setInterval(() => {
			const news = latest.value;
			const now = run.value;
			if (news && now && active(now))
				say(`Step ${news.step} of ${now.steps}, likeness ${score(likeness(now.recipe, news.scores))}`);
		}, every);
		return () => clearInterval(timer);
	}, [state]);
	return (
		<p class="visually-hidden" role="status" aria-live="polite">
			{said}
		</p>
	);
}
