/** @file The studio: composing at the left, the easel in the middle, what happens at the right. */

import { Announcer } from '../parts/announcer.js';
import { Curves } from '../parts/curves.js';
import { Finished } from '../parts/finished.js';
import { QueueList } from '../parts/queue-list.js';
import { Stage } from '../parts/stage.js';
import { SteerPanel } from '../parts/steer-panel.js';
import { Tools } from '../parts/tools.js';
import { Caption, Transport } from '../parts/transport.js';
import { Settings, StartBar, Words } from './compose.js';

export function StudioView() {
	return (
		<main class="studio" id="main">
			<form class="compose" aria-label="Compose" onSubmit={(event) => event.preventDefault()}>
				<div class="compose-scroll">
					<Words />
					<Settings />
				</div>
				<StartBar />
			</form>
			<section class="watch" aria-label="Easel">
				<div class="easel">
					<Tools />
					<Stage />
				</div>
				<div class="under">
					<Caption />
					<Transport />
				</div>
			</section>
			<aside class="beside" aria-label="Progress">
				<Curves />
				<Finished />
				<SteerPanel />
				<QueueList />
			</aside>
			<Announcer />
		</main>
	);
}
